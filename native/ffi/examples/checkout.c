/*
 * Takes a seat of a feature, keeps it alive once and gives it back.
 *
 *   checkout FEATURE [HOST [PORT [VENDOR]]]
 *
 * A token, where the server demands one, is read from LICENSING_PRODUCT_TOKEN; the hash of the server's certificate,
 * for servers other than this machine, from LICENSING_CERT_HASH; a longer time limit, for slow networks, from
 * LICENSING_TIMEOUT_MS.
 *
 *   cc -I native/ffi/include checkout.c -L DIR -l:licensing.so -o checkout
 */
#include <stdio.h>
#include <stdlib.h>

#include "licensing.h"

/* Prints what went wrong and what to do, and frees the error. */
static int failed(const char *what, licensing_buffer *error)
{
    int32_t denial = licensing_problem_denial(error);

    fprintf(stderr, "%s: %s: %s\n", what, licensing_problem_text(error, LICENSING_PROBLEM_PART_NAME),
            licensing_problem_text(error, LICENSING_PROBLEM_PART_DETAIL));
    if (denial != 0) {
        fprintf(stderr, "denied with %d\n", (int)denial);
    }
    fprintf(stderr, "%s\n", licensing_problem_text(error, LICENSING_PROBLEM_PART_ACTION));
    licensing_buffer_free(error);
    return EXIT_FAILURE;
}

/* Uses the seat; the caller gives it back whatever happens here. */
static int use(licensing_product *product, licensing_lease *lease)
{
    licensing_lease_info info;
    licensing_buffer *error = NULL;
    uint32_t ended = 0;

    if (licensing_lease_read(lease, &info, &error) != LICENSING_ERROR_SUCCESS) {
        return failed("read", error);
    }
    printf("%u seat(s) of %s %s, heartbeat every %u s\n", (unsigned)info.count, info.feature, info.version,
           (unsigned)info.heartbeat_seconds);
    if (licensing_heartbeat(product, &ended, &error) != LICENSING_ERROR_SUCCESS) {
        return failed("heartbeat", error);
    }
    printf("heartbeat: %u lease(s) ended\n", (unsigned)ended);
    return EXIT_SUCCESS;
}

static int run(licensing_product *product, const char *feature)
{
    licensing_checkout_request request = {0};
    licensing_lease *lease = NULL;
    licensing_buffer *error = NULL;
    uint32_t was_held = 0;
    int outcome;

    request.feature = feature;
    request.product = "checkout.c 1.0";
    if (licensing_checkout(product, &request, &lease, &error) != LICENSING_ERROR_SUCCESS) {
        return failed("checkout", error);
    }
    outcome = use(product, lease);
    if (licensing_checkin(lease, &was_held, &error) != LICENSING_ERROR_SUCCESS) {
        outcome = failed("checkin", error);
    } else {
        printf("checked in, %s\n", was_held ? "held until now" : "had ended before");
    }
    licensing_lease_free(lease);
    return outcome;
}

static uint32_t number(const char *text)
{
    return text != NULL ? (uint32_t)strtoul(text, NULL, 10) : 0;
}

int main(int argc, char **argv)
{
    licensing_product_options options = {0};
    licensing_product *product = NULL;
    licensing_buffer *error = NULL;
    int outcome;

    if (argc < 2) {
        fprintf(stderr, "usage: %s FEATURE [HOST [PORT [VENDOR]]]\n", argv[0]);
        return EXIT_FAILURE;
    }
    if (licensing_abi_version() != LICENSING_ABI_VERSION) {
        fprintf(stderr, "the library %s does not fit this program\n", licensing_version());
        return EXIT_FAILURE;
    }
    options.host = argc > 2 ? argv[2] : NULL;
    options.port = number(argc > 3 ? argv[3] : NULL);
    options.vendor = argc > 4 ? argv[4] : NULL;
    options.token = getenv("LICENSING_PRODUCT_TOKEN");
    options.cert_hash = getenv("LICENSING_CERT_HASH");
    options.attempt_timeout_ms = number(getenv("LICENSING_TIMEOUT_MS"));
    options.timeout_ms = options.attempt_timeout_ms;
    options.manual_heartbeats = 1;
    if (licensing_product_open(&options, &product, &error) != LICENSING_ERROR_SUCCESS) {
        return failed("open", error);
    }
    outcome = run(product, argv[1]);
    licensing_product_free(product);
    return outcome;
}
