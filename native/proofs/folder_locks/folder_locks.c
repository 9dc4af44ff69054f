/*
 * Locks of a network file system without a lock service.
 *
 * Preloaded into a program, this library lets every lock of a file be had, as where each machine keeps its locks to itself
 * (FOLDER_LOCKS=local), or lets none be had, as where the service is missing (FOLDER_LOCKS=none).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

static int none;

__attribute__((constructor)) static void start(void) {
    const char *kind = getenv("FOLDER_LOCKS");

    if (kind == NULL || (strcmp(kind, "local") != 0 && strcmp(kind, "none") != 0)) {
        /* With the true locks the proof would prove nothing. */
        fputs("folder_locks: FOLDER_LOCKS is local or none\n", stderr);
        abort();
    }
    none = strcmp(kind, "none") == 0;
}

int flock(int file, int operation) {
    (void)file;
    (void)operation;
    if (!none)
        return 0;
    errno = ENOLCK;
    return -1;
}
