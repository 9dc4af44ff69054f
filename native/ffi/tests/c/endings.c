/* Ways in which a product ends while it holds a seat: endings free|return|exit|fork PORT. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "licensing.h"

static licensing_product *product = NULL;
static licensing_lease *lease = NULL;

static int in_child(void)
{
    licensing_checkout_request request = {0};
    licensing_lease_info info;
    licensing_lease *another = NULL;

    alarm(10); /* A child that hangs ends by the signal. */
    request.feature = "ACME_CAD";
    request.user = "eve";
    if (licensing_checkout(product, &request, &another, NULL) != LICENSING_ERROR_INVALID_REQUEST ||
        licensing_lease_read(lease, &info, NULL) != LICENSING_ERROR_INVALID_REQUEST ||
        licensing_heartbeat(product, NULL, NULL) != LICENSING_ERROR_INVALID_REQUEST) {
        return 1;
    }
    licensing_lease_free(lease);
    licensing_product_free(product);
    return 0;
}

static int forked(void)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        exit(in_child());
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        return EXIT_FAILURE;
    }
    return licensing_heartbeat(product, NULL, NULL) == LICENSING_ERROR_SUCCESS ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    licensing_product_options options = {0};
    licensing_checkout_request request = {0};

    if (argc != 3) {
        return EXIT_FAILURE;
    }
    options.host = "127.0.0.1";
    options.port = (uint32_t)strtoul(argv[2], NULL, 10);
    options.manual_heartbeats = 1;
    request.feature = "ACME_CAD";
    request.user = "eve";
    if (licensing_product_open(&options, &product, NULL) != LICENSING_ERROR_SUCCESS ||
        licensing_checkout(product, &request, &lease, NULL) != LICENSING_ERROR_SUCCESS) {
        return EXIT_FAILURE;
    }
    if (strcmp(argv[1], "fork") == 0 && forked() != EXIT_SUCCESS) {
        return EXIT_FAILURE;
    }
    puts("done");
    fflush(stdout);
    if (strcmp(argv[1], "free") == 0) {
        licensing_lease_free(lease);
        _Exit(EXIT_SUCCESS);
    }
    if (strcmp(argv[1], "exit") == 0) {
        exit(EXIT_SUCCESS);
    }
    return EXIT_SUCCESS;
}
