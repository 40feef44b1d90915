"""`runs`: the ledger of training runs, listed, shown, compared, annotated and exported."""
