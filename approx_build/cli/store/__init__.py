"""`store`: what the store holds, checked and repaired, and cleared of what nobody needs."""
