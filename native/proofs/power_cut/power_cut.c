/*
 * Loses what was not synced, as a power cut does, and lets writes and syncs fail, as a disk does that is full or broken.
 *
 * Preloaded into a server, this library writes down every change of a file below POWER_CUT_FOLDER in a journal of its own,
 * with the bytes that stood there before, and forgets them only when the file was synced. After the server was killed, the
 * journals in POWER_CUT_JOURNALS hold exactly what a power cut may take away: the test puts the old bytes back, applies any
 * part of the new ones again, whole or torn, and starts the server on what is left.
 *
 * Record: u32 magic, u32 kind, u64 offset, u64 old file size, u64 new length, u64 old length, old bytes, new bytes.
 * kind 1 is a write, kind 2 a change of size to `offset`.
 *
 * With POWER_CUT_KEEP the journals keep everything, and say where the file was synced (kind 3) and where that failed
 * (kind 4): after a failed sync the system believes that what it tried to write is on the disk, and it is not.
 *
 * POWER_CUT_FAULTS names a file of three numbers: one that is raised when the others change, how many writes still succeed
 * before the disk is full, and how many syncs before they fail; -1 for all. The last write that fits is cut in half.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MAGIC 0x50435554u
#define MAX_FILES 4096

struct file {
    int watched;
    int reader;  /* second descriptor, to read what stands in the file */
    int journal; /* where changes that are not synced yet are written down */
};

static struct file files[MAX_FILES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static int (*real_ftruncate)(int, off64_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_unlink)(const char *);

static int keep;
static int faults = -1;
static long faults_number = -1;
static long writes_left = -1;
static long syncs_left = -1;

static void *resolve(const char *name) {
    void *symbol = dlsym(RTLD_NEXT, name);
    if (symbol == NULL) {
        fprintf(stderr, "power_cut: no %s\n", name);
        abort();
    }
    return symbol;
}

__attribute__((constructor)) static void start(void) {
    *(void **)&real_open = resolve("open64");
    *(void **)&real_openat = resolve("openat64");
    *(void **)&real_close = resolve("close");
    *(void **)&real_write = resolve("write");
    *(void **)&real_pwrite = resolve("pwrite64");
    *(void **)&real_writev = resolve("writev");
    *(void **)&real_ftruncate = resolve("ftruncate64");
    *(void **)&real_fsync = resolve("fsync");
    *(void **)&real_fdatasync = resolve("fdatasync");
    *(void **)&real_unlink = resolve("unlink");
    keep = getenv("POWER_CUT_KEEP") != NULL;
    if (getenv("POWER_CUT_FAULTS") != NULL)
        faults = real_open(getenv("POWER_CUT_FAULTS"), O_RDONLY | O_CLOEXEC);
}

/* The lock is held. */
static void read_faults(void) {
    char text[65];
    long number, writes, syncs;
    ssize_t length = faults < 0 ? -1 : pread(faults, text, sizeof text - 1, 0);

    if (length <= 0)
        return;
    text[length] = '\0';
    if (sscanf(text, "%ld %ld %ld", &number, &writes, &syncs) == 3 && number != faults_number) {
        faults_number = number;
        writes_left = writes;
        syncs_left = syncs;
    }
}

/* How much of a write still fits; -1 and ENOSPC for nothing. */
static ssize_t room_for(size_t length) {
    read_faults();
    if (writes_left < 0)
        return (ssize_t)length;
    if (writes_left == 0) {
        errno = ENOSPC;
        return -1;
    }
    writes_left--;
    return (ssize_t)(writes_left == 0 ? length / 2 + 1 : length);
}

static void fail(const char *what) {
    /* A journal with a hole would prove nothing: better no run at all. */
    fprintf(stderr, "power_cut: %s: %s\n", what, strerror(errno));
    abort();
}

static void write_all(int descriptor, const void *bytes, size_t length) {
    const char *next = bytes;
    while (length > 0) {
        ssize_t written = real_write(descriptor, next, length);
        if (written < 0) {
            if (errno == EINTR)
                continue;
            fail("journal");
        }
        next += written;
        length -= (size_t)written;
    }
}

/* The journal of a file; 0 when it is none of ours. */
static int journal_of(const char *path, char resolved[4096], char name[8192]) {
    const char *folder = getenv("POWER_CUT_FOLDER");
    const char *journals = getenv("POWER_CUT_JOURNALS");
    size_t length;

    if (folder == NULL || journals == NULL || realpath(path, resolved) == NULL)
        return 0;
    length = strlen(folder);
    if (strncmp(resolved, folder, length) != 0 || resolved[length] != '/')
        return 0;
    /* The shared-memory index is rebuilt from the log and makes no promise. */
    if (strlen(resolved) > 4 && strcmp(resolved + strlen(resolved) - 4, "-shm") == 0)
        return 0;

    snprintf(name, 8192, "%s/%s", journals, resolved + length + 1);
    for (char *c = name + strlen(journals) + 1; *c != '\0'; c++)
        if (*c == '/')
            *c = '%';
    return 1;
}

static void watch(int descriptor, const char *path, int flags) {
    char resolved[4096];
    char name[8192];

    if (descriptor < 0 || descriptor >= MAX_FILES || (flags & O_ACCMODE) == O_RDONLY)
        return;
    if (!journal_of(path, resolved, name))
        return;
    struct file file = {1, real_open(resolved, O_RDONLY | O_CLOEXEC),
                        real_open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
    if (file.reader < 0 || file.journal < 0)
        fail(name);
    pthread_mutex_lock(&lock);
    files[descriptor] = file;
    pthread_mutex_unlock(&lock);
}

static int watched(int descriptor) {
    return descriptor >= 0 && descriptor < MAX_FILES && files[descriptor].watched;
}

static void record(struct file *file, uint32_t kind, uint64_t offset, const void *bytes, uint64_t length) {
    struct stat status;
    uint64_t old_length = 0;
    char *old = NULL;

    if (fstat(file->reader, &status) != 0)
        fail("size");
    uint64_t size = (uint64_t)status.st_size;
    uint64_t from = offset;
    if (kind == 1 && offset < size)
        old_length = size - offset < length ? size - offset : length;
    if (kind == 2 && offset < size)
        old_length = size - offset;
    if (old_length > 0) {
        old = malloc(old_length);
        if (old == NULL || pread(file->reader, old, old_length, (off_t)from) != (ssize_t)old_length)
            fail("old bytes");
    }
    uint32_t head[2] = {MAGIC, kind};
    uint64_t numbers[4] = {offset, size, kind == 1 ? length : 0, old_length};
    write_all(file->journal, head, sizeof head);
    write_all(file->journal, numbers, sizeof numbers);
    write_all(file->journal, old, old_length);
    if (kind == 1)
        write_all(file->journal, bytes, length);
    free(old);
}

/* The lock is held. */
static int synced(int descriptor, int (*sync)(int)) {
    struct file *file = &files[descriptor];
    int result;

    read_faults();
    if (syncs_left == 0) {
        if (keep)
            record(file, 4, 0, NULL, 0);
        errno = EIO;
        return -1;
    }
    if (syncs_left > 0)
        syncs_left--;
    result = sync(descriptor);
    if (result == 0 && keep)
        record(file, 3, 0, NULL, 0);
    else if (result == 0 && real_ftruncate(file->journal, 0) != 0)
        fail("journal");
    return result;
}

#define MODE_OF(flags)                                                                                                 \
    mode_t mode = 0;                                                                                                   \
    if ((flags) & (O_CREAT | __O_TMPFILE)) {                                                                           \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        mode = va_arg(rest, mode_t);                                                                                   \
        va_end(rest);                                                                                                  \
    }

int open64(const char *path, int flags, ...) {
    MODE_OF(flags)
    int descriptor = real_open(path, flags, mode);
    int saved = errno;
    watch(descriptor, path, flags);
    errno = saved;
    return descriptor;
}

int open(const char *path, int flags, ...) {
    MODE_OF(flags)
    return open64(path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...) {
    MODE_OF(flags)
    int descriptor = real_openat(folder, path, flags, mode);
    int saved = errno;
    if (folder == AT_FDCWD || path[0] == '/')
        watch(descriptor, path, flags);
    errno = saved;
    return descriptor;
}

int openat(int folder, const char *path, int flags, ...) {
    MODE_OF(flags)
    return openat64(folder, path, flags, mode);
}

int close(int descriptor) {
    struct file file = {0, -1, -1};
    pthread_mutex_lock(&lock);
    if (watched(descriptor)) {
        file = files[descriptor];
        files[descriptor].watched = 0;
    }
    pthread_mutex_unlock(&lock);
    if (file.watched) {
        real_close(file.reader);
        real_close(file.journal);
    }
    return real_close(descriptor);
}

int unlink(const char *path) {
    char resolved[4096];
    char name[8192];
    int ours = journal_of(path, resolved, name);
    int result = real_unlink(path);
    int saved = errno;

    /* A file of the same name that is made later has nothing to do with this one. */
    if (ours && result == 0)
        real_unlink(name);
    errno = saved;
    return result;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off64_t offset) {
    if (!watched(descriptor))
        return real_pwrite(descriptor, bytes, length, offset);
    pthread_mutex_lock(&lock);
    ssize_t written = room_for(length);
    if (written >= 0) {
        record(&files[descriptor], 1, (uint64_t)offset, bytes, (uint64_t)written);
        written = real_pwrite(descriptor, bytes, (size_t)written, offset);
    }
    pthread_mutex_unlock(&lock);
    return written;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t offset) {
    return pwrite64(descriptor, bytes, length, offset);
}

static uint64_t place(int descriptor) {
    if (fcntl(descriptor, F_GETFL) & O_APPEND) {
        struct stat status;
        if (fstat(descriptor, &status) != 0)
            fail("size");
        return (uint64_t)status.st_size;
    }
    return (uint64_t)lseek64(descriptor, 0, SEEK_CUR);
}

ssize_t write(int descriptor, const void *bytes, size_t length) {
    if (!watched(descriptor))
        return real_write(descriptor, bytes, length);
    pthread_mutex_lock(&lock);
    ssize_t written = room_for(length);
    if (written >= 0) {
        record(&files[descriptor], 1, place(descriptor), bytes, (uint64_t)written);
        written = real_write(descriptor, bytes, (size_t)written);
    }
    pthread_mutex_unlock(&lock);
    return written;
}

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    if (!watched(descriptor))
        return real_writev(descriptor, parts, count);
    pthread_mutex_lock(&lock);
    ssize_t written = room_for(1);
    if (written >= 0) {
        uint64_t offset = place(descriptor);
        for (int i = 0; i < count; i++) {
            record(&files[descriptor], 1, offset, parts[i].iov_base, parts[i].iov_len);
            offset += parts[i].iov_len;
        }
        written = real_writev(descriptor, parts, count);
    }
    pthread_mutex_unlock(&lock);
    return written;
}

int ftruncate64(int descriptor, off64_t length) {
    if (!watched(descriptor))
        return real_ftruncate(descriptor, length);
    pthread_mutex_lock(&lock);
    record(&files[descriptor], 2, (uint64_t)length, NULL, 0);
    int result = real_ftruncate(descriptor, length);
    pthread_mutex_unlock(&lock);
    return result;
}

int ftruncate(int descriptor, off_t length) {
    return ftruncate64(descriptor, length);
}

int fsync(int descriptor) {
    if (!watched(descriptor))
        return real_fsync(descriptor);
    pthread_mutex_lock(&lock);
    int result = synced(descriptor, real_fsync);
    pthread_mutex_unlock(&lock);
    return result;
}

int fdatasync(int descriptor) {
    if (!watched(descriptor))
        return real_fdatasync(descriptor);
    pthread_mutex_lock(&lock);
    int result = synced(descriptor, real_fdatasync);
    pthread_mutex_unlock(&lock);
    return result;
}
