/*
 * Lists who holds a seat, as JSON, one batch of rows on a line.
 *
 *   usage ADDRESS CERTHASH ACCOUNT
 *
 * The password is read from the standard input, so that it stands in no list of processes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "licensing.h"

static int failed(licensing_buffer *error)
{
    fprintf(stderr, "%s: %s\n%s\n", licensing_problem_text(error, LICENSING_PROBLEM_PART_NAME),
            licensing_problem_text(error, LICENSING_PROBLEM_PART_DETAIL),
            licensing_problem_text(error, LICENSING_PROBLEM_PART_ACTION));
    licensing_buffer_free(error);
    return EXIT_FAILURE;
}

/* Takes events until the task ends. A program with a window or a prompt does something else in between. */
static int print_rows(licensing_task *task)
{
    licensing_event event = LICENSING_EVENT_PENDING;
    licensing_buffer *data = NULL;
    licensing_buffer *error = NULL;

    while (licensing_task_wait(task, 200, &event, &data, &error) == LICENSING_ERROR_SUCCESS) {
        if (event == LICENSING_EVENT_FAILED) {
            return failed(data);
        }
        if (event == LICENSING_EVENT_ROWS) {
            printf("%.*s\n", (int)licensing_buffer_length(data), (const char *)licensing_buffer_data(data));
        }
        licensing_buffer_free(data);
        if (event == LICENSING_EVENT_DONE) {
            return EXIT_SUCCESS;
        }
    }
    return failed(error);
}

static int list(const char *options, const char *password)
{
    licensing_connection *connection = NULL;
    licensing_task *task = NULL;
    licensing_buffer *error = NULL;
    int outcome;

    if (licensing_connection_open((const uint8_t *)options, strlen(options), (const uint8_t *)password,
                                  strlen(password), &connection, &error) != LICENSING_ERROR_SUCCESS) {
        return failed(error);
    }
    if (licensing_task_submit(connection, LICENSING_OPERATION_GET_USAGE, NULL, 0, &task, &error) !=
        LICENSING_ERROR_SUCCESS) {
        outcome = failed(error);
    } else {
        outcome = print_rows(task);
    }
    licensing_task_free(task);
    licensing_connection_free(connection);
    return outcome;
}

int main(int argc, char **argv)
{
    char options[1024];
    char password[256] = "";

    if (argc != 4 || strpbrk(argv[1], "\"\\") || strpbrk(argv[2], "\"\\") || strpbrk(argv[3], "\"\\")) {
        fprintf(stderr, "usage: %s ADDRESS CERTHASH ACCOUNT\n", argv[0]);
        return EXIT_FAILURE;
    }
    if (fgets(password, sizeof password, stdin) != NULL) {
        password[strcspn(password, "\r\n")] = '\0';
    }
    snprintf(options, sizeof options, "{\"address\":\"%s\",\"certHash\":\"%s\",\"account\":\"%s\"}", argv[1], argv[2],
             argv[3]);
    return list(options, password);
}
