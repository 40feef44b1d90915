# Lint, types and the fast tests
check: lint types test

# Formatting and lint rules
lint:
    ruff format --check . && ruff check .

# Strict types of the package
types:
    mypy

# The fast tests (the slow ones too: just test -m "")
test *ARGS='-m "not slow"':
    pytest {{ARGS}}

# Build the kernels in place after editing C
kernels:
    cmake -S . -B build/inplace -DCMAKE_BUILD_TYPE=Release && cmake --build build/inplace

# Write one golden file, to be reviewed before it is committed
golden NAME:
    python -m tests.golden {{NAME}}

# Pin what the kernels answer, and write which builds for which systems answer it
known-answers:
    python -m tests.kernels.known_answers --table docs/evidence/known-answers.md

# After a change of what makes samples: render the étude, and write what its bits stand on
bits:
    python -m tests.etude.bits

# Run all guards again and again with nothing wrong: none may give an alarm
clean-runs RUNS='20':
    python -m tests.mutations.clean {{RUNS}}

# Render a piece
render PIECE='pieces/approximations.yaml':
    approx-build render {{PIECE}}

# Rebuild a piece from nothing and compare it with its lock
verify PIECE='pieces/approximations.yaml':
    approx-build verify {{PIECE}}

# Run a benchmark: sampler, training, forecast, fft, resample, harmonic, spectrogram, nothing_to_do, store, page
bench NAME:
    python bench/{{NAME}}.py

# Write the generated reference pages again
docs:
    python -m approx_build.score.docs
    python -m approx_build.training.docs
    python docs/generate.py

# Prove that faults leave nothing wrong: the bounded set, as CI runs it
prove:
    python -m tests.proof

# A thousand trials of faults and five hundred of every hostile input, and their tables; twenty runs
# with nothing wrong; fused multiply-adds; the kernels on every system, and whole pieces on aarch64
prove-full:
    python -m tests.proof --trials 1000 --out docs/evidence/faults.md
    python -m tests.mutations.clean 20
    python -m tests.fuzz --trials 500 --worst --out docs/evidence/hostile-inputs.md
    python -m tests.kernels.fused_cases 10000000
    python -m tests.kernels.known_answers --table docs/evidence/known-answers.md
    python -m tests.systems.aarch64 --movements 5 --out docs/evidence/aarch64.md

# Fuzzing led by coverage, of one target for some seconds (needs the extra `fuzz`)
fuzz TARGET='movements' SECONDS='600':
    python tests/fuzz/atheris_run.py {{TARGET}} -max_total_time={{SECONDS}} \
        -max_len=4096 -len_control=0 -rss_limit_mb=4096
