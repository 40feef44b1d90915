/* Run the cases of standard input by one kernel of a library, and print a hash for each.
 *
 *     harness LIBRARY KERNEL THREADS BATCH < cases
 */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#else
#include <dlfcn.h>
#endif

#define MOST_RUNNERS 32
#define MOST_WORDS (1 << 20)

static struct {
    const char *name;
    known_runner run;
} runners[MOST_RUNNERS];
static int runner_count;
static void *library;
static const char *kernel;
static uint64_t hash;

static void fail(const char *what, const char *which) {
    fprintf(stderr, "harness: %s: %s\n", what, which);
    exit(2);
}

void add_runner(const char *name, known_runner run) {
    runners[runner_count].name = name;
    runners[runner_count++].run = run;
}

static void *symbol(const char *name) {
#ifdef _WIN32
    return (void *)GetProcAddress(library, name);
#else
    return dlsym(library, name);
#endif
}

static void open_library(const char *path) {
#ifdef _WIN32
    library = LoadLibraryA(path);
    if (!library) fail("cannot be loaded", path);
#else
    library = dlopen(path, RTLD_NOW);
    if (!library) fail("cannot be loaded", dlerror());
#endif
}

void *function(const char *name) {
    char full[128];
    snprintf(full, sizeof full, "%s_%s", name, kernel);
    void *found = symbol(full);
    if (!found) fail("no such function", full);
    return found;
}

void *memory(size_t bytes) {
    void *found = calloc(bytes + 1, 1);
    if (!found) fail("no memory", "");
    return found;
}

/* FNV-1a, 64 bits. */
static uint64_t hashed(uint64_t state, const void *bytes, size_t count) {
    for (size_t i = 0; i < count; i++)
        state = (state ^ ((const unsigned char *)bytes)[i]) * 0x100000001B3u;
    return state;
}
static const uint64_t NOTHING = 0xCBF29CE484222325u;

void answer(const void *bytes, size_t count) { hash = hashed(hash, bytes, count); }

int64_t given(known_case *c) {
    if (c->next == c->end) fail("has too few numbers", c->name);
    return *c->next++;
}

float given_float(known_case *c) {
    uint32_t bits = (uint32_t)given(c);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double given_double(known_case *c) {
    int64_t bits = given(c);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#define GIVEN_ARRAY(type, name, one) \
    type *name(known_case *c) { \
        int64_t count = given(c); \
        type *array = count ? memory((size_t)count * sizeof *array) : NULL; \
        for (int64_t i = 0; i < count; i++) array[i] = (type)one(c); \
        return array; \
    }
GIVEN_ARRAY(int32_t, given_ints, given)
GIVEN_ARRAY(float, given_floats, given_float)
GIVEN_ARRAY(double, given_doubles, given_double)

/* SplitMix64's output function. */
static uint64_t mixed(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static double number(const known_case *c, int64_t i, double unit) {
    uint64_t z = hashed(NOTHING, c->name, strlen(c->name)) + (c->block << 32) + (uint64_t)i;
    return (double)((int64_t)(mixed(z) >> 40) - (1 << 23)) * unit;
}

#define DRAWN_ARRAY(type, name) \
    type *name(known_case *c) { \
        int64_t count = given(c); \
        double unit = 1.0 / (double)((int64_t)1 << (23 + given(c))); \
        type *array = count ? memory((size_t)count * sizeof *array) : NULL; \
        for (int64_t i = 0; i < count; i++) array[i] = (type)number(c, i, unit); \
        c->block++; \
        return array; \
    }
DRAWN_ARRAY(float, drawn_floats)
DRAWN_ARRAY(double, drawn_doubles)

/* The next word of a line, ended; NULL at the line's end. */
static char *word(char *buffer, size_t size) {
    size_t used = 0;
    int c = getchar();
    while (c == ' ') c = getchar();
    for (; c != ' ' && c != '\n' && c != EOF; c = getchar())
        if (c != '\r' && used + 1 < size) buffer[used++] = (char)c;
    if (c == '\n') ungetc(c, stdin);
    buffer[used] = 0;
    return used ? buffer : NULL;
}

static int64_t *numbers;

static int run_line(int threads, int batch) {
    char runner[64], name[64], text[32];
    if (!word(runner, sizeof runner) || !word(name, sizeof name)) return 0;
    int count = 0;
    while (word(text, sizeof text)) {
        if (count == MOST_WORDS) fail("has too many numbers", name);
        numbers[count++] = strtoll(text, NULL, 10);
    }
    getchar();
    known_case c = {name, numbers, numbers + count, 0, threads, batch};
    hash = NOTHING;
    for (int i = 0; i < runner_count; i++) {
        if (strcmp(runners[i].name, runner)) continue;
        runners[i].run(&c);
        if (c.next != c.end) fail("has too many numbers", name);
        printf("%s %08lx%08lx\n", name, (unsigned long)(hash >> 32),
               (unsigned long)(hash & 0xFFFFFFFFu));
        return 1;
    }
    fail("no such runner", runner);
    return 0;
}

int main(int count, char **words) {
    if (count != 5) fail("arguments", "LIBRARY KERNEL THREADS BATCH");
    numbers = memory(MOST_WORDS * sizeof *numbers);
    open_library(words[1]);
    kernel = words[2];
    while (run_line(atoi(words[3]), atoi(words[4])))
        ;
    return 0;
}
