/*
 * Waits in the queue for a seat of a feature, tells where it stands, and gives the seat back.
 *
 *   queue FEATURE SECONDS [HOST [PORT]]
 *
 *   cc -I native/ffi/include queue.c -L DIR -l:licensing.so -o queue
 */
#include <stdio.h>
#include <stdlib.h>

#include "licensing.h"

static int failed(const char *what, licensing_buffer *error)
{
    fprintf(stderr, "%s: %s: %s\n", what, licensing_problem_text(error, LICENSING_PROBLEM_PART_NAME),
            licensing_problem_text(error, LICENSING_PROBLEM_PART_DETAIL));
    licensing_buffer_free(error);
    return EXIT_FAILURE;
}

/* Waits in slices, so that a program could look after other things in between. */
static int wait_for(licensing_pending *pending, licensing_lease **lease)
{
    licensing_buffer *error = NULL;
    uint32_t position = 0;
    uint32_t shown = 0;

    while (*lease == NULL) {
        if (licensing_checkout_wait(pending, 100, &position, lease, &error) != LICENSING_ERROR_SUCCESS) {
            return failed("wait", error);
        }
        if (position != 0 && position != shown) {
            printf("place %u\n", (unsigned)position);
            fflush(stdout);
            shown = position;
        }
    }
    return EXIT_SUCCESS;
}

static int run(licensing_product *product, const char *feature, uint32_t seconds)
{
    licensing_checkout_request request = {0};
    licensing_pending *pending = NULL;
    licensing_lease *lease = NULL;
    licensing_buffer *error = NULL;
    int outcome;

    request.feature = feature;
    request.product = "queue.c 1.0";
    request.queue_wait_ms = seconds * 1000;
    if (licensing_checkout_begin(product, &request, &pending, &error) != LICENSING_ERROR_SUCCESS) {
        return failed("checkout", error);
    }
    outcome = wait_for(pending, &lease);
    licensing_pending_free(pending);
    if (outcome == EXIT_SUCCESS) {
        printf("got a seat of %s\n", feature);
        if (licensing_checkin(lease, NULL, &error) != LICENSING_ERROR_SUCCESS) {
            outcome = failed("checkin", error);
        }
        licensing_lease_free(lease);
    }
    return outcome;
}

int main(int argc, char **argv)
{
    licensing_product_options options = {0};
    licensing_product *product = NULL;
    licensing_buffer *error = NULL;
    int outcome;

    if (argc < 3) {
        fprintf(stderr, "usage: %s FEATURE SECONDS [HOST [PORT]]\n", argv[0]);
        return EXIT_FAILURE;
    }
    options.host = argc > 3 ? argv[3] : NULL;
    options.port = argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 10) : 0;
    if (licensing_product_open(&options, &product, &error) != LICENSING_ERROR_SUCCESS) {
        return failed("open", error);
    }
    outcome = run(product, argv[1], (uint32_t)strtoul(argv[2], NULL, 10));
    licensing_product_free(product);
    return outcome;
}
