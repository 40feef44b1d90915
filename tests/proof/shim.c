/* The shim: stands between a program and the C library, counts what it does to the files under
 * one folder, and makes the n-th of these calls fail, end the program, wait, or move the clock.
 *
 * Loaded by LD_PRELOAD; asleep until a control block (see shim.py, `Control`) is attached by
 * `proof_attach` or named by PROOF_CONTROL. The block is a file mapped by all processes of a trial,
 * so that one count runs through all of them. What is done to files is written to its log, from
 * which disk.py reckons what a power cut may leave.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { OPEN = 1, CREATE = 2, READ = 4, WRITE = 8, TRUNCATE = 16, SYNC = 32, LINK = 64,
       RENAME = 128, UNLINK = 256, MKDIR = 512, RMDIR = 1024, LOCK = 2048, KINDS = 12 };
enum { NOTHING, KILL, FAIL, SHORT, PAUSE, JUMP };
enum { GROUP, SELF, LEADER };
enum { PATH_SIZE = 1024, JUMPS = 8, OVERRIDES = 1024 };
#define SECOND 1000000000LL

struct jump { int64_t real_ns, offset_ns; };
struct override { uint64_t device, inode; int64_t real_ns, mtime_ns, ctime_ns; };

struct control {
    int32_t is_armed, what, kinds, error, signal, scope, is_before, has_fired;
    int32_t always_kinds, always_error, has_budget, is_logging, is_paused, padding;
    int64_t count, first, last, budget, jump_ns;
    int64_t totals[KINDS];
    int64_t jump_count, override_count, log_used, log_size;
    struct jump jumps[JUMPS];
    struct override overrides[OVERRIDES];
    char root[PATH_SIZE], saved[PATH_SIZE];
    char log[];
};

static struct control *control;
static __thread int must_die;

int proof_attach(const char *path)
{
    int handle = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
    struct stat state;
    if (handle < 0) return errno;
    if (syscall(SYS_fstat, handle, &state)) return errno;
    void *found = mmap(NULL, state.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, handle, 0);
    syscall(SYS_close, handle);
    if (found == MAP_FAILED) return errno;
    control = found;
    return 0;
}

__attribute__((constructor)) static void attach_named(void)
{
    const char *path = getenv("PROOF_CONTROL");
    if (path) proof_attach(path);
}

#define REAL(result, name, ...) \
    static result (*real)(__VA_ARGS__); \
    if (!real) real = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

/* ---- which files ---- */

static int is_inside(const char *path)
{
    size_t size = strlen(control->root);
    return !strncmp(path, control->root, size) && (path[size] == '/' || !path[size]);
}

/* The path of `name` as seen from `folder`, without "." and "..": whether it is under the root. */
static int placed(int folder, const char *name, char *path)
{
    char whole[2 * PATH_SIZE] = "", link[64];
    if (!control || !name || strlen(name) >= PATH_SIZE) return 0;
    if (name[0] != '/') {
        snprintf(link, sizeof link, folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", folder);
        ssize_t size = syscall(SYS_readlinkat, AT_FDCWD, link, whole, PATH_SIZE - 1);
        if (size < 0) return 0;
        whole[size] = '/';
        whole[size + 1] = 0;
    }
    strcat(whole, name);
    char *rest = whole, *word;
    size_t used = 0;
    path[0] = 0;
    while ((word = strsep(&rest, "/"))) {
        if (!*word || !strcmp(word, ".")) continue;
        if (!strcmp(word, "..")) {
            while (used && path[--used] != '/') ;
            path[used] = 0;
            continue;
        }
        used += snprintf(path + used, PATH_SIZE - used, "/%s", word);
        if (used >= PATH_SIZE) return 0;
    }
    return is_inside(path);
}

static int opened(int handle, char *path)
{
    char link[64];
    if (!control || handle < 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t size = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_SIZE - 1);
    if (size < 0) return 0;
    path[size] = 0;
    return is_inside(path);
}

static uint64_t inode_at(const char *path)
{
    struct stat state;
    if (syscall(SYS_newfstatat, AT_FDCWD, path, &state, AT_SYMLINK_NOFOLLOW)) return 0;
    return state.st_ino;
}

/* ---- the log ---- */

static void note(const char *form, ...)
{
    char line[3 * PATH_SIZE];
    va_list words;
    if (!control->is_armed || !control->is_logging) return;
    va_start(words, form);
    int size = vsnprintf(line, sizeof line, form, words);
    va_end(words);
    int64_t at = __atomic_fetch_add(&control->log_used, size, __ATOMIC_SEQ_CST);
    if (at + size <= control->log_size) memcpy(control->log + at, line, size);
}

/* Give the file at `path` a second name, so that it can be brought back by a power cut. */
static void save(const char *path, uint64_t inode)
{
    char name[2 * PATH_SIZE];
    if (!control->is_armed || !control->is_logging || !inode) return;
    snprintf(name, sizeof name, "%s/%llu", control->saved, (unsigned long long)inode);
    syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, name, 0);
}

/* ---- the fault ---- */

static void die(void)
{
    pid_t group = syscall(SYS_getpgid, 0);
    int signal = control->signal, scope = control->scope;
    must_die = 0;
    if (scope == GROUP) syscall(SYS_kill, -group, signal);
    else syscall(SYS_kill, scope == LEADER ? group : (pid_t)syscall(SYS_getpid), signal);
}

static void jump(void)
{
    struct timespec now;
    int64_t at = __atomic_fetch_add(&control->jump_count, 1, __ATOMIC_SEQ_CST);
    if (at >= JUMPS) return;
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
    control->jumps[at].offset_ns = control->jump_ns;
    control->jumps[at].real_ns = now.tv_sec * SECOND + now.tv_nsec;
}

static void wait_for_release(void)
{
    struct timespec pause = {0, 200000};
    __atomic_store_n(&control->is_paused, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&control->is_paused, __ATOMIC_SEQ_CST))
        syscall(SYS_nanosleep, &pause, NULL);
}

/* Count a call of this kind; the error it must end with, or 0. SHORT asks for half a write. */
static int counted(int kind)
{
    if (!control->is_armed) return 0;
    __atomic_add_fetch(&control->totals[__builtin_ctz(kind)], 1, __ATOMIC_SEQ_CST);
    if (control->always_kinds & kind) return control->always_error;
    if (!(control->kinds & kind)) return 0;
    int64_t number = __atomic_add_fetch(&control->count, 1, __ATOMIC_SEQ_CST);
    if (number < control->first || number > control->last) return 0;
    __atomic_store_n(&control->has_fired, 1, __ATOMIC_SEQ_CST);
    switch (control->what) {
    case KILL: must_die = 1; if (control->is_before) die(); return 0;
    case FAIL: return control->error;
    case SHORT: return -1;
    case PAUSE: wait_for_release(); return 0;
    case JUMP: jump(); return 0;
    }
    return 0;
}

static void die_if_due(void)
{
    int kept = errno;
    if (must_die) die();
    errno = kept;
}

/* After a call: its result, unless the program ends here. */
#define DONE(value) do { __typeof__(value) result_ = (value); die_if_due(); return result_; } while (0)
#define UNLESS_FAILING(kind) do { int error_ = counted(kind); \
    if (error_ > 0) { errno = error_; return -1; } } while (0)

/* How much of a write may be done: all, half, or what a full disk still takes (0: nothing). */
static ssize_t granted(int kind, size_t size)
{
    int error = counted(kind);
    if (error > 0) { errno = error; return -1; }
    if (error < 0 && size > 1) size /= 2;
    if (control->is_armed && control->has_budget && size) {
        int64_t left = __atomic_fetch_sub(&control->budget, size, __ATOMIC_SEQ_CST);
        if (left <= 0) { control->has_fired = 1; errno = control->error; return -1; }
        if ((int64_t)size > left) { control->has_fired = 1; size = left; }
    }
    return size;
}

/* ---- opening ---- */

static int opening(int folder, const char *name, int flags, mode_t mode)
{
    char path[PATH_SIZE];
    int is_seen = placed(folder, name, path) && !(flags & (O_DIRECTORY | O_PATH));
    int writes = (flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC);
    uint64_t before = 0;
    if (is_seen) {
        UNLESS_FAILING(writes ? CREATE : OPEN);
        before = writes ? inode_at(path) : 0;
    }
    int handle = syscall(SYS_openat, folder, name, flags, mode);
    if (is_seen && handle >= 0 && writes) {
        uint64_t inode = inode_at(path);
        if (!before) note("create\t%llu\t%s\n", (unsigned long long)inode, path);
        else if (flags & O_TRUNC) note("truncate\t%llu\t0\n", (unsigned long long)inode);
    }
    DONE(handle);
}

#define MODE(flags) mode_t mode = 0; if ((flags) & (O_CREAT | __O_TMPFILE)) { \
    va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }

int open(const char *name, int flags, ...) { MODE(flags); return opening(AT_FDCWD, name, flags, mode); }
int open64(const char *name, int flags, ...) { MODE(flags); return opening(AT_FDCWD, name, flags, mode); }
int openat(int folder, const char *name, int flags, ...) { MODE(flags); return opening(folder, name, flags, mode); }
int openat64(int folder, const char *name, int flags, ...) { MODE(flags); return opening(folder, name, flags, mode); }
int creat(const char *name, mode_t mode) { return opening(AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *name, mode_t mode) { return creat(name, mode); }

/* ---- reading and writing ---- */

ssize_t read(int handle, void *data, size_t size)
{
    char path[PATH_SIZE];
    if (opened(handle, path)) UNLESS_FAILING(READ);
    DONE((ssize_t)syscall(SYS_read, handle, data, size));
}

static void wrote(int handle, int64_t end, ssize_t size)
{
    struct stat state;
    if (size <= 0 || !control->is_armed || !control->is_logging) return;
    syscall(SYS_fstat, handle, &state);
    if (end < 0) end = syscall(SYS_lseek, handle, 0, SEEK_CUR);
    note("write\t%llu\t%lld\t%lld\n", (unsigned long long)state.st_ino, (long long)(end - size),
         (long long)size);
}

ssize_t write(int handle, const void *data, size_t size)
{
    char path[PATH_SIZE];
    if (!opened(handle, path)) return syscall(SYS_write, handle, data, size);
    ssize_t some = granted(WRITE, size);
    if (some < 0) return -1;
    ssize_t done = syscall(SYS_write, handle, data, some);
    wrote(handle, -1, done);
    DONE(done);
}

ssize_t pwrite64(int handle, const void *data, size_t size, off_t at)
{
    char path[PATH_SIZE];
    if (!opened(handle, path)) return syscall(SYS_pwrite64, handle, data, size, at);
    ssize_t some = granted(WRITE, size);
    if (some < 0) return -1;
    ssize_t done = syscall(SYS_pwrite64, handle, data, some, at);
    wrote(handle, at + done, done);
    DONE(done);
}
ssize_t pwrite(int handle, const void *data, size_t size, off_t at) { return pwrite64(handle, data, size, at); }

ssize_t writev(int handle, const struct iovec *parts, int count)
{
    char path[PATH_SIZE];
    if (!opened(handle, path)) return syscall(SYS_writev, handle, parts, count);
    for (int i = 0; i < count; i++)
        if (parts[i].iov_len) return write(handle, parts[i].iov_base, parts[i].iov_len);
    return 0;
}

ssize_t sendfile64(int to, int from, off_t *at, size_t size)
{
    char path[PATH_SIZE];
    if (!opened(to, path)) return syscall(SYS_sendfile, to, from, at, size);
    ssize_t some = granted(WRITE, size);
    if (some < 0) return -1;
    ssize_t done = syscall(SYS_sendfile, to, from, at, some);
    wrote(to, -1, done);
    DONE(done);
}
ssize_t sendfile(int to, int from, off_t *at, size_t size) { return sendfile64(to, from, at, size); }

ssize_t copy_file_range(int from, off64_t *at, int to, off64_t *there, size_t size, unsigned flags)
{
    char path[PATH_SIZE];
    if (!opened(to, path)) return syscall(SYS_copy_file_range, from, at, to, there, size, flags);
    errno = EXDEV; /* callers fall back to calls that are counted */
    return -1;
}

int ftruncate64(int handle, off_t size)
{
    char path[PATH_SIZE];
    int is_seen = opened(handle, path);
    if (is_seen) UNLESS_FAILING(TRUNCATE);
    int failed = syscall(SYS_ftruncate, handle, size);
    if (is_seen && !failed)
        note("truncate\t%llu\t%lld\n", (unsigned long long)inode_at(path), (long long)size);
    DONE(failed);
}
int ftruncate(int handle, off_t size) { return ftruncate64(handle, size); }

static int syncing(int handle)
{
    char path[PATH_SIZE];
    struct stat state;
    int is_seen = opened(handle, path);
    if (is_seen) UNLESS_FAILING(SYNC);
    /* Nothing needs to reach the disk here: what a power cut loses is reckoned from the log. */
    int failed = is_seen ? 0 : (int)syscall(SYS_fsync, handle);
    if (is_seen && !syscall(SYS_fstat, handle, &state))
        note("%s\t%llu\t%lld\t%s\n", S_ISDIR(state.st_mode) ? "settle" : "sync",
             (unsigned long long)state.st_ino, (long long)state.st_size, path);
    DONE(failed);
}
int fsync(int handle) { return syncing(handle); }
int fdatasync(int handle) { return syncing(handle); }

/* ---- names ---- */

int linkat(int from, const char *old, int to, const char *new, int flags)
{
    char path[PATH_SIZE], source[PATH_SIZE];
    int is_seen = placed(to, new, path);
    if (is_seen) UNLESS_FAILING(LINK);
    int failed = syscall(SYS_linkat, from, old, to, new, flags);
    if (is_seen && !failed && placed(from, old, source))
        note("create\t%llu\t%s\n", (unsigned long long)inode_at(path), path);
    DONE(failed);
}
int link(const char *old, const char *new) { return linkat(AT_FDCWD, old, AT_FDCWD, new, 0); }

int renameat2(int from, const char *old, int to, const char *new, unsigned flags)
{
    char path[PATH_SIZE], source[PATH_SIZE];
    int is_seen = placed(to, new, path) && placed(from, old, source);
    uint64_t replaced = 0;
    if (is_seen) {
        UNLESS_FAILING(RENAME);
        replaced = inode_at(path);
        save(path, replaced);
    }
    int failed = syscall(SYS_renameat2, from, old, to, new, flags);
    if (is_seen && !failed)
        note("rename\t%llu\t%s\t%s\t%llu\n", (unsigned long long)inode_at(path), source, path,
             (unsigned long long)replaced);
    DONE(failed);
}
int rename(const char *old, const char *new) { return renameat2(AT_FDCWD, old, AT_FDCWD, new, 0); }
int renameat(int from, const char *old, int to, const char *new) { return renameat2(from, old, to, new, 0); }

int unlinkat(int folder, const char *name, int flags)
{
    char path[PATH_SIZE];
    int is_seen = placed(folder, name, path), is_folder = flags & AT_REMOVEDIR;
    uint64_t inode = 0;
    if (is_seen) {
        UNLESS_FAILING(is_folder ? RMDIR : UNLINK);
        inode = inode_at(path);
        if (!is_folder) save(path, inode);
    }
    int failed = syscall(SYS_unlinkat, folder, name, flags);
    if (is_seen && !failed)
        note("%s\t%llu\t%s\n", is_folder ? "rmdir" : "unlink", (unsigned long long)inode, path);
    DONE(failed);
}
int unlink(const char *name) { return unlinkat(AT_FDCWD, name, 0); }
int rmdir(const char *name) { return unlinkat(AT_FDCWD, name, AT_REMOVEDIR); }

int mkdirat(int folder, const char *name, mode_t mode)
{
    char path[PATH_SIZE];
    int is_seen = placed(folder, name, path);
    if (is_seen) UNLESS_FAILING(MKDIR);
    int failed = syscall(SYS_mkdirat, folder, name, mode);
    if (is_seen && !failed)
        note("mkdir\t%llu\t%s\n", (unsigned long long)inode_at(path), path);
    DONE(failed);
}
int mkdir(const char *name, mode_t mode) { return mkdirat(AT_FDCWD, name, mode); }

/* ---- locks ---- */

int flock(int handle, int operation)
{
    char path[PATH_SIZE];
    if (opened(handle, path)) UNLESS_FAILING(LOCK);
    DONE((int)syscall(SYS_flock, handle, operation));
}

int fcntl64(int handle, int what, ...)
{
    char path[PATH_SIZE];
    va_list rest;
    va_start(rest, what);
    void *given = va_arg(rest, void *);
    va_end(rest);
    if ((what == F_SETLK || what == F_SETLKW) && opened(handle, path)) UNLESS_FAILING(LOCK);
    REAL(int, fcntl, int, int, ...);
    DONE(real(handle, what, given));
}
int fcntl(int handle, int what, ...)
{
    va_list rest;
    va_start(rest, what);
    void *given = va_arg(rest, void *);
    va_end(rest);
    return fcntl64(handle, what, given);
}

/* ---- the clock, and the times of files ---- */

/* The time shown at a real time: clocks were moved at some moments. */
static int64_t shown(int64_t real_ns)
{
    int64_t offset = 0;
    for (int64_t i = 0; i < control->jump_count && i < JUMPS; i++)
        if (control->jumps[i].real_ns <= real_ns) offset = control->jumps[i].offset_ns;
    return real_ns + offset;
}

static void show(struct timespec *time)
{
    int64_t ns = shown(time->tv_sec * SECOND + time->tv_nsec);
    time->tv_sec = ns / SECOND;
    time->tv_nsec = ns % SECOND;
    if (time->tv_nsec < 0) { time->tv_nsec += SECOND; time->tv_sec--; }
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    REAL(int, clock_gettime, clockid_t, struct timespec *);
    int failed = real(clock, time);
    if (!failed && control && control->jump_count && clock == CLOCK_REALTIME) show(time);
    return failed;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *there)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (there) *there = now.tv_sec;
    return now.tv_sec;
}

/* A file that rotted, or that a power cut tore, keeps the times it had. */
static int dressed(int failed, struct stat *state)
{
    if (failed || !control) return failed;
    int64_t changed = state->st_ctim.tv_sec * SECOND + state->st_ctim.tv_nsec;
    for (int64_t i = 0; i < control->override_count && i < OVERRIDES; i++) {
        struct override *one = &control->overrides[i];
        if (one->device != state->st_dev || one->inode != state->st_ino || one->real_ns != changed)
            continue;
        state->st_mtim = (struct timespec){one->mtime_ns / SECOND, one->mtime_ns % SECOND};
        state->st_ctim = (struct timespec){one->ctime_ns / SECOND, one->ctime_ns % SECOND};
    }
    if (control->jump_count) { show(&state->st_mtim); show(&state->st_ctim); show(&state->st_atim); }
    return 0;
}

int fstatat(int folder, const char *restrict name, struct stat *restrict state, int flags)
{
    return dressed(syscall(SYS_newfstatat, folder, name, state, flags), state);
}
int stat(const char *restrict name, struct stat *restrict state) { return fstatat(AT_FDCWD, name, state, 0); }
int lstat(const char *restrict name, struct stat *restrict state) { return fstatat(AT_FDCWD, name, state, AT_SYMLINK_NOFOLLOW); }
int fstat(int handle, struct stat *state) { return dressed(syscall(SYS_fstat, handle, state), state); }

/* On 64-bit Linux `struct stat64` is `struct stat`; older programs ask by a version first. */
int fstatat64(int folder, const char *restrict name, struct stat64 *restrict state, int flags)
{
    return fstatat(folder, name, (struct stat *)state, flags);
}
int stat64(const char *restrict name, struct stat64 *restrict state) { return stat(name, (struct stat *)state); }
int lstat64(const char *restrict name, struct stat64 *restrict state) { return lstat(name, (struct stat *)state); }
int fstat64(int handle, struct stat64 *state) { return fstat(handle, (struct stat *)state); }
int __xstat(int version, const char *name, struct stat *state) { (void)version; return stat(name, state); }
int __lxstat(int version, const char *name, struct stat *state) { (void)version; return lstat(name, state); }
int __fxstat(int version, int handle, struct stat *state) { (void)version; return fstat(handle, state); }
int __fxstatat(int version, int folder, const char *name, struct stat *state, int flags) { (void)version; return fstatat(folder, name, state, flags); }
int __xstat64(int version, const char *name, struct stat64 *state) { (void)version; return stat(name, (struct stat *)state); }
int __lxstat64(int version, const char *name, struct stat64 *state) { (void)version; return lstat(name, (struct stat *)state); }
int __fxstat64(int version, int handle, struct stat64 *state) { (void)version; return fstat(handle, (struct stat *)state); }
int __fxstatat64(int version, int folder, const char *name, struct stat64 *state, int flags) { (void)version; return fstatat(folder, name, (struct stat *)state, flags); }
