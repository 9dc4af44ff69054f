/*
 * What a service manager forbids a service, for one program and all that it starts.
 *
 * Preloaded into a program, this library installs filters of system calls before the program begins, as systemd does:
 * RESTRICT_FAMILIES has the numbers of the address families that are left, separated by blanks (RestrictAddressFamilies=);
 * with RESTRICT_WX no memory is both writable and executable, or becomes executable (MemoryDenyWriteExecute=); with
 * RESTRICT_NAMESPACES no namespace can be made (RestrictNamespaces=).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FAMILIES 32
/* Low half of an argument of the call, on machines that store it first. */
#define ARGUMENT(number) (offsetof(struct seccomp_data, args) + (number) * sizeof(__u64))
#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)(offset))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define FAIL(code) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (code))
#define NAMESPACES                                                                                                     \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

static void install(struct sock_filter *filter, size_t length) {
    struct sock_fprog program = {.len = (unsigned short)length, .filter = filter};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        /* Without the restriction the proof would prove nothing. */
        perror("restrictions: the system takes no filter");
        abort();
    }
}

static void leave_families(const char *text) {
    struct sock_filter filter[FAMILIES * 2 + 5];
    size_t length = 0;
    char *end;

    filter[length++] = (struct sock_filter)LOAD(offsetof(struct seccomp_data, nr));
    filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 1, 0);
    filter[length++] = (struct sock_filter)ALLOW;
    filter[length++] = (struct sock_filter)LOAD(ARGUMENT(0));
    for (int known = 0; known < FAMILIES; known++) {
        unsigned long family = strtoul(text, &end, 10);

        if (end == text)
            break;
        filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)family, 0, 1);
        filter[length++] = (struct sock_filter)ALLOW;
        text = end;
    }
    filter[length++] = (struct sock_filter)FAIL(EAFNOSUPPORT);
    install(filter, length);
}

static void deny_writable_code(void) {
    struct sock_filter filter[] = {
        LOAD(offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 4),
        LOAD(ARGUMENT(2)),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, PROT_WRITE | PROT_EXEC),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PROT_WRITE | PROT_EXEC, 0, 1),
        FAIL(EPERM),
        LOAD(offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 0, 3),
        LOAD(ARGUMENT(2)),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),
        FAIL(EPERM),
        ALLOW,
    };

    install(filter, sizeof filter / sizeof *filter);
}

static void deny_namespaces(void) {
    struct sock_filter filter[] = {
        LOAD(offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_setns, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 2, 0),
        ALLOW,
        FAIL(EPERM),
        LOAD(ARGUMENT(0)),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (unsigned)NAMESPACES, 0, 1),
        FAIL(EPERM),
        ALLOW,
    };

    install(filter, sizeof filter / sizeof *filter);
}

__attribute__((constructor)) static void start(void) {
    const char *families = getenv("RESTRICT_FAMILIES");

    if (families != NULL)
        leave_families(families);
    if (getenv("RESTRICT_WX") != NULL)
        deny_writable_code();
    if (getenv("RESTRICT_NAMESPACES") != NULL)
        deny_namespaces();
}
