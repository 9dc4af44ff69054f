/*
 * A product that goes on without its server.
 *
 *   offline FOLDER use FEATURE [HOST [PORT]]           uses a seat: borrowed, from the server, or by a grace ticket
 *   offline FOLDER crash FEATURE [HOST [PORT]]         the same, and ends without giving it back, as in a power cut:
 *                                                      only then a ticket is left to go on with
 *   offline FOLDER borrow FEATURE [HOST [PORT]]        takes a seat along for eight hours
 *   offline FOLDER return FEATURE-ID [HOST [PORT]]     gives it back early, by the id that borrowing printed
 *
 * FOLDER keeps the tickets.
 *
 *   cc -I native/ffi/include offline.c -L DIR -l:licensing.so -o offline
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "licensing.h"

static int failed(const char *what, licensing_buffer *error)
{
    fprintf(stderr, "%s: %s: %s\n", what, licensing_problem_text(error, LICENSING_PROBLEM_PART_NAME),
            licensing_problem_text(error, LICENSING_PROBLEM_PART_DETAIL));
    licensing_buffer_free(error);
    return EXIT_FAILURE;
}

static const char *name_of(licensing_lease_state state)
{
    switch (state) {
    case LICENSING_LEASE_STATE_HELD:
        return "held";
    case LICENSING_LEASE_STATE_GRACE:
        return "grace";
    case LICENSING_LEASE_STATE_UNCONFIRMED:
        return "unconfirmed";
    case LICENSING_LEASE_STATE_ENDED:
        return "ended";
    case LICENSING_LEASE_STATE_CHECKED_IN:
        return "checked in";
    }
    return "unknown";
}

static int use(licensing_product *product, const char *feature, uint32_t borrow_seconds, int crash)
{
    licensing_checkout_request request = {0};
    licensing_lease_info info;
    licensing_lease *lease = NULL;
    licensing_buffer *error = NULL;

    request.feature = feature;
    request.product = "offline.c 1.0";
    request.borrow_seconds = borrow_seconds;
    if (licensing_checkout(product, &request, &lease, &error) != LICENSING_ERROR_SUCCESS) {
        return failed("checkout", error);
    }
    if (licensing_lease_read(lease, &info, &error) != LICENSING_ERROR_SUCCESS) {
        licensing_lease_free(lease);
        return failed("read", error);
    }
    printf("%s: %s%s%s\n", info.feature, name_of(info.state), info.borrowed_until != 0 ? ", borrowed" : "",
           info.ticket_until != 0 ? ", has a ticket" : "");
    if (crash) {
        fflush(stdout);
        _Exit(EXIT_SUCCESS);
    }
    /* What is borrowed stays so: only a checkin of the lease that borrowed it would give it back. */
    if (borrow_seconds == 0 && licensing_checkin(lease, NULL, &error) != LICENSING_ERROR_SUCCESS) {
        licensing_lease_free(lease);
        return failed("checkin", error);
    }
    licensing_lease_free(lease);
    return EXIT_SUCCESS;
}

static int list(licensing_product *product)
{
    licensing_buffer *borrowed = NULL;
    licensing_buffer *error = NULL;

    if (licensing_borrowed(product, &borrowed, &error) != LICENSING_ERROR_SUCCESS) {
        return failed("list", error);
    }
    printf("%s\n", (const char *)licensing_buffer_data(borrowed));
    licensing_buffer_free(borrowed);
    return EXIT_SUCCESS;
}

static int give_back(licensing_product *product, const char *id)
{
    licensing_buffer *error = NULL;
    uint32_t was_held = 0;

    if (licensing_return_borrowed(product, id, &was_held, &error) != LICENSING_ERROR_SUCCESS) {
        return failed("return", error);
    }
    printf("returned, %s\n", was_held ? "held until now" : "had ended before");
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    licensing_product_options options = {0};
    licensing_product *product = NULL;
    licensing_buffer *error = NULL;
    int outcome = EXIT_FAILURE;

    if (argc < 4) {
        fprintf(stderr, "usage: %s FOLDER use|crash|borrow|return FEATURE|ID [HOST [PORT]]\n", argv[0]);
        return EXIT_FAILURE;
    }
    options.ticket_folder = argv[1];
    options.host = argc > 4 ? argv[4] : NULL;
    options.port = argc > 5 ? (uint32_t)strtoul(argv[5], NULL, 10) : 0;
    options.attempt_timeout_ms = 2000;
    options.timeout_ms = 5000;
    if (licensing_product_open(&options, &product, &error) != LICENSING_ERROR_SUCCESS) {
        return failed("open", error);
    }
    if (strcmp(argv[2], "use") == 0) {
        outcome = use(product, argv[3], 0, 0);
    } else if (strcmp(argv[2], "crash") == 0) {
        outcome = use(product, argv[3], 0, 1);
    } else if (strcmp(argv[2], "borrow") == 0) {
        outcome = use(product, argv[3], 8 * 3600, 0);
        outcome = outcome == EXIT_SUCCESS ? list(product) : outcome;
    } else if (strcmp(argv[2], "return") == 0) {
        outcome = give_back(product, argv[3]);
    } else {
        fprintf(stderr, "%s is not known\n", argv[2]);
    }
    licensing_product_free(product);
    return outcome;
}
