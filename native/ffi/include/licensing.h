/*
 * licensing.h: the native library of Licensing Services.
 *
 * Generated; do not edit. The rules that hold for every function stand in docs/native-library.md.
 */

#ifndef LICENSING_H
#define LICENSING_H

#include <stdint.h>

/**
 * Version of the ABI that this header describes; licensing_abi_version() must return the same.
 */
#define LICENSING_ABI_VERSION 3

/**
 * Numbers of the operations, for licensing_task_submit.
 */
enum licensing_operation {
    /** Shows version, set-up and vendor daemons of the license server. */
    LICENSING_OPERATION_GET_SERVER_INFO = 1,
    /** Shows the certificate of the web services; needs no credentials. */
    LICENSING_OPERATION_GET_CERTIFICATE = 2,
    /** Shows what the caller may do. */
    LICENSING_OPERATION_GET_EFFECTIVE_PERMISSION = 3,
    /** Lists the vendor daemons: state, port, leases and how many requests wait. */
    LICENSING_OPERATION_GET_VENDOR_DAEMONS = 4,
    /** Reads license files and options files again at once, and lists the vendor daemons as they are then. */
    LICENSING_OPERATION_REREAD_LICENSES = 5,
    /** Lists the accounts that may use the web services. */
    LICENSING_OPERATION_GET_ADMINISTRATORS = 10,
    /** Adds an account. */
    LICENSING_OPERATION_NEW_ADMINISTRATOR = 11,
    /** Changes the level or password of an account. */
    LICENSING_OPERATION_SET_ADMINISTRATOR = 12,
    /** Removes an account and ends its tokens. */
    LICENSING_OPERATION_REMOVE_ADMINISTRATOR = 13,
    /** Lists the bearer tokens, without their secrets. */
    LICENSING_OPERATION_GET_TOKENS = 14,
    /** Makes a bearer token and shows its secret this once. */
    LICENSING_OPERATION_NEW_TOKEN = 15,
    /** Ends a bearer token at once. */
    LICENSING_OPERATION_REMOVE_TOKEN = 16,
    /** Forgets the failed sign-ins of an account, so that it may sign in again at once. */
    LICENSING_OPERATION_RESET_ADMINISTRATOR = 17,
    /** Shows the readable names of features and license types. */
    LICENSING_OPERATION_GET_LOCALIZED_NAMES = 20,
    /** Lists the error codes in words. */
    LICENSING_OPERATION_GET_ERRORS = 21,
    /** Lists the active alerts. */
    LICENSING_OPERATION_GET_ALERTS = 22,
    /** Lists what is installed and how much of it is in use, a row for each pool. */
    LICENSING_OPERATION_GET_INVENTORY = 30,
    /** Lists who holds a seat. */
    LICENSING_OPERATION_GET_USAGE = 31,
    /** Takes seats back from sessions, users and devices, and lists what was released. */
    LICENSING_OPERATION_REVOKE_LEASES = 32,
    /** Lists refused requests, why, who held the seats then, and whether they were granted later. */
    LICENSING_OPERATION_GET_DENIALS = 33,
    /** Lists the seats that the options file sets aside, and how many of them are in use. */
    LICENSING_OPERATION_GET_RESERVATIONS = 34,
    /** Lists the requests that wait for seats, in their order. */
    LICENSING_OPERATION_GET_QUEUE = 35,
    /** Lists what happened to seats that are assigned to users and devices. */
    LICENSING_OPERATION_GET_ASSIGNMENT_EVENTS = 36,
    /** Lists what all pools of each feature have together. */
    LICENSING_OPERATION_GET_FEATURE_TOTALS = 38,
    /** Lists how many seats were in use in each hour, day or month, with overdraft and denials. */
    LICENSING_OPERATION_GET_USAGE_HISTORY = 50,
    /** Lists the samples of the seats in use of each pool. */
    LICENSING_OPERATION_GET_USAGE_SAMPLES = 51,
    /** Shows when seats run out, and how sure that is. */
    LICENSING_OPERATION_GET_FORECAST = 52,
    /** Makes a report of the use of seats as CSV, JSON, or a page with charts. */
    LICENSING_OPERATION_EXPORT_USAGE_REPORT = 53,
    /** Shows whether and how often samples of the seats in use are taken. */
    LICENSING_OPERATION_GET_USAGE_SAMPLING = 54,
    /** Lists audit records of seats, accounts and settings, from sealed segments and databases. */
    LICENSING_OPERATION_GET_AUDIT = 56,
    /** Verifies the whole audit, over sealed segments and databases. */
    LICENSING_OPERATION_TEST_AUDIT = 57,
    /** Lists the installed license files. */
    LICENSING_OPERATION_GET_LICENSE_FILES = 40,
    /** Installs a license file after checking it. */
    LICENSING_OPERATION_IMPORT_LICENSE_FILE = 41,
    /** Removes an installed license file. */
    LICENSING_OPERATION_REMOVE_LICENSE_FILE = 42,
    /** Explains a license file and what it would change, without installing it. */
    LICENSING_OPERATION_EXPLAIN_LICENSE_FILE = 43,
    /** Shows the license management service and its next upload. */
    LICENSING_OPERATION_GET_MANAGEMENT_SERVICE = 60,
    /** Changes the license management service; takes effect at once. */
    LICENSING_OPERATION_SET_MANAGEMENT_SERVICE = 61,
    /** Switches the license management service on. */
    LICENSING_OPERATION_ENABLE_MANAGEMENT_SERVICE = 62,
    /** Switches the license management service off: an upload that is under way is cancelled, and nothing is sent afterwards. */
    LICENSING_OPERATION_DISABLE_MANAGEMENT_SERVICE = 63,
    /** Uploads now, and waits for the end. */
    LICENSING_OPERATION_START_UPLOAD = 64,
    /** Lists what was sent, what waits, and what would be sent now, byte for byte. */
    LICENSING_OPERATION_GET_UPLOADS = 65,
    /** Writes a fresh upload and all that wait into a signed bundle, for servers without a connection. */
    LICENSING_OPERATION_EXPORT_UPLOAD = 66,
    /** Settles uploads by the receipt that the receiver gave for a bundle. */
    LICENSING_OPERATION_IMPORT_UPLOAD_RECEIPT = 67,
    /** Lists what the receiver has found about this server. */
    LICENSING_OPERATION_GET_COMPLIANCE_FINDINGS = 68,
    /** Finds on this server which licenses are rescinded, too old or used beyond what is possible. */
    LICENSING_OPERATION_TEST_COMPLIANCE = 69,
    /** Shows what is sent beside the compliance part of uploads. */
    LICENSING_OPERATION_GET_CEIP_OPTION = 70,
    /** Changes what is sent beside the compliance part of uploads. */
    LICENSING_OPERATION_SET_CEIP_OPTION = 71,
    /** Lists the settings of the server, with the values in effect and those that wait for a restart. */
    LICENSING_OPERATION_GET_CONFIGURATION = 110,
    /** Changes settings, all of them or none, and says which are in effect at once and which wait for a restart. */
    LICENSING_OPERATION_SET_CONFIGURATION = 111,
    /** Replaces the certificate of the server without a restart, or announces the one that will follow. */
    LICENSING_OPERATION_SET_CERTIFICATE = 112,
    /** Lists the issuers whose signatures the server trusts. */
    LICENSING_OPERATION_GET_ISSUERS = 113,
    /** Trusts an issuer from now on. */
    LICENSING_OPERATION_ADD_ISSUER = 114,
    /** No longer trusts an issuer; lines that it signed serve no more. */
    LICENSING_OPERATION_REMOVE_ISSUER = 115,
    /** Lists the lines of the options files, with what each means. */
    LICENSING_OPERATION_GET_OPTIONS = 116,
    /** Explains an options file, and who would lose or gain seats by it; nothing is changed. */
    LICENSING_OPERATION_EXPLAIN_OPTIONS = 117,
    /** Replaces the options file of a vendor after explaining it. */
    LICENSING_OPERATION_SET_OPTIONS = 118,
    /** Checks ports, daemons, clock, certificate, disk, trust, license files, uploads, databases and audit. */
    LICENSING_OPERATION_TEST_SERVER = 119,
    /** Lists the backups that the server keeps. */
    LICENSING_OPERATION_GET_BACKUPS = 120,
    /** Saves the server to an archive, while it runs. */
    LICENSING_OPERATION_NEW_BACKUP = 121,
    /** Takes one piece of an archive. */
    LICENSING_OPERATION_GET_BACKUP_PIECE = 122,
    /** Sends one piece of an archive to the server. */
    LICENSING_OPERATION_IMPORT_BACKUP_PIECE = 123,
    /** Checks every file and every database of an archive. */
    LICENSING_OPERATION_TEST_BACKUP = 124,
    /** Restores the server from an archive at its next start. */
    LICENSING_OPERATION_RESTORE_BACKUP = 125,
    /** Acknowledges an alert: no more messages are sent about it until it is over. */
    LICENSING_OPERATION_CONFIRM_ALERT = 130,
    /** Lists where alerts are sent. */
    LICENSING_OPERATION_GET_ALERT_ROUTES = 131,
    /** Sends alerts to a mail address or a webhook from now on. */
    LICENSING_OPERATION_NEW_ALERT_ROUTE = 132,
    /** Changes where and which alerts are sent. */
    LICENSING_OPERATION_SET_ALERT_ROUTE = 133,
    /** Removes an alert route, and the messages that wait for it. */
    LICENSING_OPERATION_REMOVE_ALERT_ROUTE = 134,
    /** Sends one message by a route, and tells how that went. */
    LICENSING_OPERATION_TEST_ALERT_ROUTE = 135,
    /** Lists the license servers that Insight Services know. */
    LICENSING_OPERATION_GET_INSIGHT_SERVERS = 80,
    /** Makes a one-time code that registers one license server. */
    LICENSING_OPERATION_NEW_INSIGHT_REGISTRATION = 81,
    /** Removes the registration of a license server; its uploads are refused from then on. */
    LICENSING_OPERATION_REMOVE_INSIGHT_SERVER = 82,
    /** Lists the uploads that Insight Services have stored. */
    LICENSING_OPERATION_GET_INSIGHT_UPLOADS = 83,
    /** Lists what Insight Services have found. */
    LICENSING_OPERATION_GET_INSIGHT_FINDINGS = 84,
    /** Acknowledges a finding with a reason; it is open again when its cause comes back. */
    LICENSING_OPERATION_CONFIRM_INSIGHT_FINDING = 85,
    /** Lists the serial numbers that their vendors have rescinded. */
    LICENSING_OPERATION_GET_INSIGHT_RESCISSIONS = 86,
    /** Imports a list of rescinded serial numbers. */
    LICENSING_OPERATION_IMPORT_INSIGHT_RESCISSIONS = 87,
    /** Withdraws a rescission; findings about it resolve. */
    LICENSING_OPERATION_REMOVE_INSIGHT_RESCISSION = 88,
    /** Lists the declared disaster recovery pairs. */
    LICENSING_OPERATION_GET_INSIGHT_PAIRS = 89,
    /** Declares that two servers are a disaster recovery pair and may have the same licenses installed. */
    LICENSING_OPERATION_NEW_INSIGHT_PAIR = 90,
    /** Ends a disaster recovery pair. */
    LICENSING_OPERATION_REMOVE_INSIGHT_PAIR = 91,
    /** Takes the bundle of a server without a connection, and gives the receipt for it. */
    LICENSING_OPERATION_IMPORT_INSIGHT_BUNDLE = 92,
    /** Shows peaks, forecasts and unused seats of each feature. */
    LICENSING_OPERATION_GET_INSIGHT_CAPACITY = 93,
    /** Lists the dates that product versions require of the licenses they use. */
    LICENSING_OPERATION_GET_INSIGHT_REQUIREMENTS = 94,
    /** Imports a list of dates that product versions require. */
    LICENSING_OPERATION_IMPORT_INSIGHT_REQUIREMENTS = 95,
    /** Removes a date that a product version requires; findings about it resolve. */
    LICENSING_OPERATION_REMOVE_INSIGHT_REQUIREMENT = 96,
    /** Lists the organizations that use Insight Services. */
    LICENSING_OPERATION_GET_INSIGHT_ORGANIZATIONS = 97,
    /** Adds an organization. */
    LICENSING_OPERATION_NEW_INSIGHT_ORGANIZATION = 98,
    /** Lists the accounts that may use Insight Services. */
    LICENSING_OPERATION_GET_INSIGHT_ACCOUNTS = 99,
    /** Adds an account of Insight Services and shows its token this once. */
    LICENSING_OPERATION_NEW_INSIGHT_ACCOUNT = 100,
    /** Removes an account of Insight Services; its token is of no use from then on. */
    LICENSING_OPERATION_REMOVE_INSIGHT_ACCOUNT = 101,
    /** Lists where findings are delivered to. */
    LICENSING_OPERATION_GET_INSIGHT_TARGETS = 102,
    /** Adds a mail address or a webhook that findings are delivered to. */
    LICENSING_OPERATION_NEW_INSIGHT_TARGET = 103,
    /** Removes a target; what waits for it is dropped. */
    LICENSING_OPERATION_REMOVE_INSIGHT_TARGET = 104,
    /** Lists what an access code owns, and opens a session in which its seats can be allocated. */
    LICENSING_OPERATION_GET_ENTITLEMENTS = 150,
    /** Allocates seats of an entitlement to this server and installs the license file. */
    LICENSING_OPERATION_NEW_ALLOCATION = 151,
    /** Lists the allocations of this server. */
    LICENSING_OPERATION_GET_ALLOCATIONS = 152,
    /** Returns the seats of an allocation: removes its license file and gives the vendor the signed proof. */
    LICENSING_OPERATION_RETURN_ALLOCATION = 153,
    /** Writes a request file for a server without a connection to the vendor. */
    LICENSING_OPERATION_EXPORT_ALLOCATION_REQUEST = 154,
    /** Installs the license file of an answer file. */
    LICENSING_OPERATION_IMPORT_ALLOCATION_ANSWER = 155,
    /** Lists the renewals that the vendor offers for what is installed. */
    LICENSING_OPERATION_GET_RENEWALS = 156,
    /** Installs a renewal in place of what it renews. */
    LICENSING_OPERATION_INSTALL_RENEWAL = 157,
    /** Shows what the server does about renewals by itself. */
    LICENSING_OPERATION_GET_RENEWAL_OPTION = 158,
    /** Changes what the server does about renewals by itself. */
    LICENSING_OPERATION_SET_RENEWAL_OPTION = 159,
    /** Tells a license server what an access code owns; its signed document stands for credentials. */
    LICENSING_OPERATION_FULFIL_ENTITLEMENTS = 170,
    /** Gives a license server the license file of an allocation; its signed document stands for credentials. */
    LICENSING_OPERATION_FULFIL_ALLOCATION = 171,
    /** Takes back seats that a license server no longer has installed; its signed proof stands for credentials. */
    LICENSING_OPERATION_FULFIL_RETURN = 172,
    /** Tells a license server which renewals there are for what it has installed; its signed document stands for credentials. */
    LICENSING_OPERATION_FULFIL_RENEWALS = 173,
    /** Lists the orders and how much of them is allocated. */
    LICENSING_OPERATION_GET_INSIGHT_ORDERS = 174,
    /** Loads an order and makes its access code. */
    LICENSING_OPERATION_NEW_INSIGHT_ORDER = 175,
    /** Lists the allocations of all license servers. */
    LICENSING_OPERATION_GET_INSIGHT_ALLOCATIONS = 176,
};

/**
 * Numbers of the errors: what licensing_status is.
 */
enum licensing_error {
    /** The operation succeeded. */
    LICENSING_ERROR_SUCCESS = 0,
    /** The account may not do this. */
    LICENSING_ERROR_USER_NOT_AUTHORIZED = 1,
    /** There is no such account. */
    LICENSING_ERROR_USER_NOT_FOUND = 2,
    /** No account matches. */
    LICENSING_ERROR_NO_USERS = 3,
    /** The credentials are missing or wrong. */
    LICENSING_ERROR_AUTHORIZATION_FAILED = 4,
    /** The filter is not valid. */
    LICENSING_ERROR_INVALID_FILTER = 5,
    /** The server's certificate is not valid. */
    LICENSING_ERROR_INVALID_CERTIFICATE = 6,
    /** The server's certificate is not the expected one. */
    LICENSING_ERROR_CERTIFICATE_VERIFICATION_FAILED = 7,
    /** The license server cannot be reached. */
    LICENSING_ERROR_COMMUNICATION_ERROR = 8,
    /** The server met an unforeseen error. */
    LICENSING_ERROR_UNKNOWN_ERROR = 9,
    /** The type of address is not known. */
    LICENSING_ERROR_INVALID_TYPE = 10,
    /** The language is not supported. */
    LICENSING_ERROR_LOCALE_UNSUPPORTED = 11,
    /** No licenses are installed. */
    LICENSING_ERROR_NO_INVENTORY = 12,
    /** The vendor daemon is not serving. */
    LICENSING_ERROR_CITRIX_LICENSING_VENDOR_OR_SERVICE_DOWN = 13,
    /** The Subscription Advantage date is not valid. */
    LICENSING_ERROR_INVALID_SA_DATE_FORMAT = 14,
    /** The start date is after the end date. */
    LICENSING_ERROR_INVALID_START_DATE_OR_END_DATE = 15,
    /** The feature name is not valid. */
    LICENSING_ERROR_INVALID_PRODUCT_EDITION_MODEL_FORMAT = 16,
    /** A license file of this name is installed. */
    LICENSING_ERROR_FILE_ALREADY_EXISTS = 17,
    /** The license file could not be written. */
    LICENSING_ERROR_FILE_WRITE_FAILED = 18,
    /** The license file could not be opened. */
    LICENSING_ERROR_FILE_OPEN_FAILED = 19,
    /** There is no such license file. */
    LICENSING_ERROR_FILE_NOT_FOUND = 20,
    /** The file is not a usable license file. */
    LICENSING_ERROR_INVALID_LICENSE_FILE = 21,
    /** The account name cannot be resolved. */
    LICENSING_ERROR_ACTIVE_DIRECTORY_ACCOUNT_RESOLUTION_FAILED = 22,
    /** The interval of samples is too short. */
    LICENSING_ERROR_POLLING_INTERVAL_LESS_THAN_MIN_VALUE = 30,
    /** The interval of samples is too long. */
    LICENSING_ERROR_POLLING_INTERVAL_MORE_THAN_MAX_VALUE = 31,
    /** The time for which samples are kept is too short. */
    LICENSING_ERROR_RETENTION_PERIOD_LESS_THAN_MIN_VALUE = 32,
    /** The license folder cannot be written to. */
    LICENSING_ERROR_NO_WRITE_ACCESS = 40,
    /** The allocated license file could not be written. */
    LICENSING_ERROR_LICENSE_WRITE_FAILED = 41,
    /** There is no such entitlement. */
    LICENSING_ERROR_INVALID_ENTITLEMENT_ID = 42,
    /** The session is not valid. */
    LICENSING_ERROR_INVALID_SESSION = 43,
    /** The session has expired. */
    LICENSING_ERROR_SESSION_EXPIRED = 44,
    /** The number of seats is not valid. */
    LICENSING_ERROR_INVALID_COUNT = 45,
    /** There are no renewals for what is installed. */
    LICENSING_ERROR_NO_SA_RENEWALS = 46,
    /** There is no such renewal. */
    LICENSING_ERROR_NO_RENEWAL_LICENSE_FOUND = 47,
    /** The renewal option is not valid. */
    LICENSING_ERROR_INVALID_SA_RENEWAL_OPTION = 48,
    /** The CEIP option is not valid. */
    LICENSING_ERROR_INVALID_CEIP_OPTION = 49,
    /** The request is not valid. */
    LICENSING_ERROR_INVALID_REQUEST = 1000,
    /** The request is too large. */
    LICENSING_ERROR_REQUEST_TOO_LARGE = 1001,
    /** There is no such operation. */
    LICENSING_ERROR_OPERATION_NOT_FOUND = 1002,
    /** The operation has another method. */
    LICENSING_ERROR_METHOD_NOT_ALLOWED = 1003,
    /** Too many failed sign-ins. */
    LICENSING_ERROR_ACCOUNT_LOCKED = 1004,
    /** Too many requests. */
    LICENSING_ERROR_TOO_MANY_REQUESTS = 1005,
    /** One account with Full permission must remain. */
    LICENSING_ERROR_LAST_ADMINISTRATOR = 1006,
    /** The password is too weak. */
    LICENSING_ERROR_PASSWORD_TOO_WEAK = 1007,
    /** There is no such token. */
    LICENSING_ERROR_TOKEN_NOT_FOUND = 1008,
    /** There is no such lease. */
    LICENSING_ERROR_LEASE_NOT_FOUND = 1009,
    /** The server is stopping. */
    LICENSING_ERROR_SERVER_STOPPING = 1010,
    /** The server cannot make changes durable. */
    LICENSING_ERROR_STORAGE_UNAVAILABLE = 1011,
    /** The server's stored state is damaged. */
    LICENSING_ERROR_STORAGE_DAMAGED = 1012,
    /** There is an account of this name. */
    LICENSING_ERROR_ADMINISTRATOR_EXISTS = 1013,
    /** The license management service is off. */
    LICENSING_ERROR_MANAGEMENT_SERVICE_OFF = 1020,
    /** This server is not registered at the receiver. */
    LICENSING_ERROR_REGISTRATION_MISSING = 1021,
    /** An upload is under way. */
    LICENSING_ERROR_UPLOAD_UNDER_WAY = 1022,
    /** The receiver has refused the upload or the registration. */
    LICENSING_ERROR_RECEIVER_REFUSED = 1023,
    /** The receiver cannot be reached or cannot store anything now. */
    LICENSING_ERROR_RECEIVER_UNAVAILABLE = 1024,
    /** The receipt is not valid. */
    LICENSING_ERROR_INVALID_RECEIPT = 1025,
    /** The issuer is trusted already. */
    LICENSING_ERROR_ISSUER_EXISTS = 1050,
    /** There is no such issuer. */
    LICENSING_ERROR_ISSUER_NOT_FOUND = 1051,
    /** The options file has lines that cannot be read. */
    LICENSING_ERROR_INVALID_OPTIONS = 1052,
    /** The backup could not be made, or is not whole. */
    LICENSING_ERROR_BACKUP_FAILED = 1053,
    /** There is no such backup. */
    LICENSING_ERROR_BACKUP_NOT_FOUND = 1054,
    /** There is no such alert. */
    LICENSING_ERROR_ALERT_NOT_FOUND = 1055,
    /** There is no such alert route. */
    LICENSING_ERROR_ALERT_ROUTE_NOT_FOUND = 1056,
    /** There is an alert route of this name. */
    LICENSING_ERROR_ALERT_ROUTE_EXISTS = 1057,
    /** This server does not know where to allocate seats. */
    LICENSING_ERROR_FULFILMENT_NOT_CONFIGURED = 1040,
    /** The fulfilment of the vendor cannot be reached or cannot store anything now. */
    LICENSING_ERROR_FULFILMENT_UNAVAILABLE = 1041,
    /** The fulfilment of the vendor has refused the request. */
    LICENSING_ERROR_FULFILMENT_REFUSED = 1042,
    /** There is no such allocation. */
    LICENSING_ERROR_ALLOCATION_NOT_FOUND = 1043,
    /** The answer file is not valid. */
    LICENSING_ERROR_INVALID_ALLOCATION_ANSWER = 1044,
    /** The signature of the document is not valid. */
    LICENSING_ERROR_SIGNATURE_NOT_VALID = 1045,
    /** There is an order or an entitlement of this name. */
    LICENSING_ERROR_ORDER_EXISTS = 1046,
    /** The directory cannot be asked. */
    LICENSING_ERROR_DIRECTORY_UNAVAILABLE = 1047,
    /** The address is not valid. */
    LICENSING_ERROR_INVALID_ADDRESS = 2000,
    /** The server did not answer in time. */
    LICENSING_ERROR_TIMEOUT = 2001,
    /** The operation was cancelled. */
    LICENSING_ERROR_CANCELLED = 2002,
    /** The answer is not understood. */
    LICENSING_ERROR_PROTOCOL_ERROR = 2003,
    /** The handle is not valid. */
    LICENSING_ERROR_INVALID_HANDLE = 2004,
    /** Internal error in the native library. */
    LICENSING_ERROR_INTERNAL_ERROR = 2005,
    /** The seat was refused. */
    LICENSING_ERROR_SEAT_DENIED = 2006,
    /** The local file cannot be read. */
    LICENSING_ERROR_LOCAL_FILE_UNREADABLE = 2007,
    /** The local file cannot be written. */
    LICENSING_ERROR_LOCAL_FILE_UNWRITABLE = 2008,
    /** This machine's clock was set back. */
    LICENSING_ERROR_CLOCK_SET_BACK = 2009,
    /** The license is not one of the product's issuer. */
    LICENSING_ERROR_LICENSE_NOT_GENUINE = 2010,
};

/**
 * Whether a lease still holds its seats.
 */
enum licensing_lease_state
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * It does, as far as the server last said.
     */
    LICENSING_LEASE_STATE_HELD = 0,
    /**
     * The server said that it ended: too long without a heartbeat, or revoked.
     */
    LICENSING_LEASE_STATE_ENDED = 1,
    /**
     * Given back.
     */
    LICENSING_LEASE_STATE_CHECKED_IN = 2,
    /**
     * The server cannot be reached: the product goes on by a ticket, and back to the server by itself.
     */
    LICENSING_LEASE_STATE_GRACE = 3,
    /**
     * The server did not answer the last heartbeat, and no ticket stands in. It keeps the seats until
     * unconfirmed_until; then it is asked once more before the lease ends.
     */
    LICENSING_LEASE_STATE_UNCONFIRMED = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum licensing_lease_state licensing_lease_state;
#else
typedef uint32_t licensing_lease_state;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What licensing_task_wait found.
 */
enum licensing_event
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Nothing new; no buffer.
     */
    LICENSING_EVENT_PENDING = 0,
    /**
     * The buffer is a JSON array with the next rows, 500 at most.
     */
    LICENSING_EVENT_ROWS = 1,
    /**
     * The buffer is an object with the fields received and total: bytes of the answer, total null when unknown.
     */
    LICENSING_EVENT_PROGRESS = 2,
    /**
     * The end. The buffer is the answer, or after the last row an object with the number of rows and the problems that
     * kept others away, such as a vendor daemon that does not answer.
     */
    LICENSING_EVENT_DONE = 3,
    /**
     * The end. The buffer describes the problem.
     */
    LICENSING_EVENT_FAILED = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum licensing_event licensing_event;
#else
typedef uint32_t licensing_event;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Parts of a problem, for licensing_problem_text.
 */
enum licensing_problem_part
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Stable name of the error, such as CommunicationError.
     */
    LICENSING_PROBLEM_PART_NAME = 0,
    /**
     * What happened, in general.
     */
    LICENSING_PROBLEM_PART_TITLE = 1,
    /**
     * What happened, in this case.
     */
    LICENSING_PROBLEM_PART_DETAIL = 2,
    /**
     * To what it happened; may be empty.
     */
    LICENSING_PROBLEM_PART_TARGET = 3,
    /**
     * What to do.
     */
    LICENSING_PROBLEM_PART_ACTION = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum licensing_problem_part licensing_problem_part;
#else
typedef uint32_t licensing_problem_part;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Bytes of the library, usually JSON in UTF-8. Free it with licensing_buffer_free.
 */
typedef struct licensing_buffer licensing_buffer;

/**
 * A connection to the web services. Free it with licensing_connection_free; its tasks go on without it.
 */
typedef struct licensing_connection licensing_connection;

/**
 * Seats in use. Free it with licensing_lease_free, after licensing_checkin.
 */
typedef struct licensing_lease licensing_lease;

/**
 * A checkout on its way. Free it with licensing_pending_free, which gives it up when it has not been answered.
 */
typedef struct licensing_pending licensing_pending;

/**
 * A product's connection to a vendor daemon. Free it with licensing_product_free; its leases live on without it.
 */
typedef struct licensing_product licensing_product;

/**
 * Work in progress. Free it with licensing_task_free, which also cancels it.
 */
typedef struct licensing_task licensing_task;

/**
 * LICENSING_ERROR_SUCCESS (0), or the number of the error that the error buffer describes.
 */
typedef uint32_t licensing_status;

/**
 * What a product wants. Set it to zero, then fill in what is known; texts are UTF-8.
 */
typedef struct licensing_checkout_request {
    /**
     * Feature; must be given.
     */
    const char *feature;
    /**
     * Lowest version that will do, such as 2.1 or 2026.0401; NULL for any.
     */
    const char *version;
    /**
     * User; NULL for the one this process runs as.
     */
    const char *user;
    /**
     * Host; NULL for this machine's name.
     */
    const char *host;
    /**
     * Display or terminal; may be NULL.
     */
    const char *display;
    /**
     * What letter V of DUP_GROUP compares, usually the id of the client device; may be NULL.
     */
    const char *vendor_data;
    /**
     * Name and version of the product, for reports; may be NULL.
     */
    const char *product;
    /**
     * Project that the work is done for, as PROJECT rules of the options file name it; may be NULL.
     */
    const char *project;
    /**
     * Seats; 0 means 1.
     */
    uint32_t count;
    /**
     * Process id, for reports; 0 for this process.
     */
    uint32_t process_id;
    /**
     * Longest time to wait in the queue when all seats are out, in milliseconds; 0 to be refused at once.
     */
    uint32_t queue_wait_ms;
    /**
     * Take the seats along for so many seconds; 0 for an ordinary checkout. Needs a folder for tickets.
     */
    uint32_t borrow_seconds;
    /**
     * 1 to go without a grace ticket although there is a folder for tickets.
     */
    uint32_t without_grace;
} licensing_checkout_request;

/**
 * What was given out. The texts stay until the lease is freed.
 */
typedef struct licensing_lease_info {
    /**
     * Feature.
     */
    const char *feature;
    /**
     * Version of the pool the seats came from.
     */
    const char *version;
    /**
     * When it was given out, in seconds since 1970 UTC; 0 when the server did not say.
     */
    int64_t since;
    /**
     * When the license itself expires, in seconds since 1970 UTC; 0 when it is permanent.
     */
    int64_t license_expires;
    /**
     * When borrowed seats come back by themselves, in seconds since 1970 UTC; 0 unless they are borrowed.
     */
    int64_t borrowed_until;
    /**
     * While the state is Grace: until when the product may go on; else 0. In seconds since 1970 UTC.
     */
    int64_t grace_until;
    /**
     * Until when the ticket at hand would help without the server, in seconds since 1970 UTC; 0 without one.
     */
    int64_t ticket_until;
    /**
     * While the state is Unconfirmed: since when the server has not answered; else 0. In seconds since 1970 UTC.
     */
    int64_t unconfirmed_since;
    /**
     * While the state is Unconfirmed: until when the server keeps the seats; else 0. In seconds since 1970 UTC.
     */
    int64_t unconfirmed_until;
    /**
     * Seats.
     */
    uint32_t count;
    /**
     * How many of them are overdraft.
     */
    uint32_t overdraft;
    /**
     * A heartbeat is due at least this often, in seconds; 0 when a ticket stands for the lease.
     */
    uint32_t heartbeat_seconds;
    /**
     * Without a heartbeat the lease ends after this time, in seconds.
     */
    uint32_t lifetime_seconds;
    /**
     * 1 when an answer had got lost and the server gave the same lease once more.
     */
    uint32_t repeated_request;
    /**
     * Whether it still holds its seats.
     */
    licensing_lease_state state;
} licensing_lease_info;

/**
 * How to reach a vendor daemon. Set it to zero, then fill in what is known; texts are UTF-8.
 */
typedef struct licensing_product_options {
    /**
     * Host of the license server; NULL for this machine.
     */
    const char *host;
    /**
     * Vendor whose daemon is wanted; NULL for the first that serves.
     */
    const char *vendor;
    /**
     * Token of the product; NULL for none.
     */
    const char *token;
    /**
     * SHA-256 of the server's certificate in hex, for servers other than this machine; NULL when an authority
     * vouches for it.
     */
    const char *cert_hash;
    /**
     * PEM file of authorities; NULL for those of the operating system.
     */
    const char *ca_file;
    /**
     * PEM file of the product's own certificate, where the server demands one; NULL for none.
     */
    const char *client_certificate;
    /**
     * PEM file of its private key; NULL when the file of the certificate holds it.
     */
    const char *client_key;
    /**
     * Folder for tickets, which grace and borrowing need; NULL for none. Whoever can change its files can make up
     * tickets.
     */
    const char *ticket_folder;
    /**
     * Port of the license manager; 0 for 27000.
     */
    uint32_t port;
    /**
     * Longest time for one attempt in milliseconds; 0 for 5000.
     */
    uint32_t attempt_timeout_ms;
    /**
     * Longest time for one call with all its attempts in milliseconds; 0 for 15000.
     */
    uint32_t timeout_ms;
    /**
     * 1 when the product calls licensing_heartbeat itself; 0 for heartbeats in the background.
     */
    uint32_t manual_heartbeats;
    /**
     * 1 to make each question a call of its own; 0 to ask over one stream where the server has it.
     */
    uint32_t calls_only;
} licensing_product_options;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Seats that are borrowed by way of the product's folder for tickets, as a JSON array: id, feature, version, count,
 * user, host, since and until.
 *
 * The caller promises:
 * `borrowed` and `error` are NULL or may be written.
 */
licensing_status licensing_borrowed(const struct licensing_product *product,
                                    struct licensing_buffer **borrowed,
                                    struct licensing_buffer **error);

/**
 * Gives borrowed seats back before the end of their period, by the `id` that licensing_borrowed tells. `was_held`
 * becomes 1 when they were still out, else 0; it may be NULL.
 *
 * The caller promises:
 * `id` is NULL or ends with a NUL; `was_held` and `error` are NULL or may be written.
 */
licensing_status licensing_return_borrowed(const struct licensing_product *product,
                                           const char *id,
                                           uint32_t *was_held,
                                           struct licensing_buffer **error);

/**
 * The bytes of the buffer, followed by a NUL that its length does not count. They stay until the buffer is freed.
 * NULL when the handle is not valid.
 */
const uint8_t *licensing_buffer_data(const struct licensing_buffer *buffer);

/**
 * How many bytes the buffer has; 0 when the handle is not valid.
 */
uint64_t licensing_buffer_length(const struct licensing_buffer *buffer);

/**
 * Frees a buffer. NULL and handles that are not valid are left alone.
 */
void licensing_buffer_free(struct licensing_buffer *buffer);

/**
 * Number of the error that the buffer describes, one of LICENSING_ERROR_...; 0 when it describes none.
 */
uint32_t licensing_problem_code(const struct licensing_buffer *error);

/**
 * One part of the error that the buffer describes, by its licensing_problem_part. It stays until the buffer is
 * freed. An empty text when the buffer describes no error or there is no such part.
 */
const char *licensing_problem_text(const struct licensing_buffer *error,
                                   uint32_t part);

/**
 * Number of the denial when a seat was refused, such as -4 when all seats are taken; else 0.
 */
int32_t licensing_problem_denial(const struct licensing_buffer *error);

/**
 * Prepares a connection; nothing is sent before the first task.
 *
 * `options` is JSON: address, certHash, caFile, account, connectTimeoutMs, timeoutMs, all but the address
 * optional. `secret` is the password of the account, or a token when there is no account; it may be wiped as soon
 * as the call returns.
 *
 * The caller promises:
 * `options` and `secret` are NULL or have as many bytes as their lengths say; `connection` and `error` are NULL
 * or may be written.
 */
licensing_status licensing_connection_open(const uint8_t *options,
                                           uint64_t options_length,
                                           const uint8_t *secret,
                                           uint64_t secret_length,
                                           struct licensing_connection **connection,
                                           struct licensing_buffer **error);

/**
 * The address of a connection in its one form, `https://host:port/`, as a buffer of text: host in lower case, port
 * always there, so that two connections to the same place can be told by it.
 *
 * The caller promises:
 * `address` and `error` are NULL or may be written.
 */
licensing_status licensing_connection_address(const struct licensing_connection *connection,
                                              struct licensing_buffer **address,
                                              struct licensing_buffer **error);

/**
 * Frees a connection. NULL and handles that are not valid are left alone.
 */
void licensing_connection_free(struct licensing_connection *connection);

/**
 * Starts a method of a resource of Microsoft DSC. `options` is JSON: resource, such as LicensingAdmin/Token, method (get, test,
 * set, delete or export), whatIf. `state` is JSON: the properties of the instance that is desired; those that begin with server
 * take the place of what the connection was opened with. The bytes of both may be wiped as soon as the call returns.
 *
 * Done is the state for get, and a report for test, set and delete: inDesiredState, before, after, differences (property,
 * reason), steps. Rows of export are states.
 *
 * The caller promises:
 * `options` and `state` are NULL or have as many bytes as their lengths say; `task` and `error` are NULL or may be written.
 */
licensing_status licensing_dsc_submit(const struct licensing_connection *connection,
                                      const uint8_t *options,
                                      uint64_t options_length,
                                      const uint8_t *state,
                                      uint64_t state_length,
                                      struct licensing_task **task,
                                      struct licensing_buffer **error);

/**
 * Takes seats, waiting in the queue for as long as the request says. A refusal is LICENSING_ERROR_SEAT_DENIED with its
 * number in licensing_problem_denial. Seats that are borrowed and cover the request are used without asking the server;
 * when the server cannot be reached, a grace ticket stands for the seats.
 *
 * The caller promises:
 * `request` is NULL or points to such a structure, whose texts are NULL or end with a NUL; `lease` and `error`
 * are NULL or may be written.
 */
licensing_status licensing_checkout(const struct licensing_product *product,
                                    const struct licensing_checkout_request *request,
                                    struct licensing_lease **lease,
                                    struct licensing_buffer **error);

/**
 * Tells what was given out and whether it still holds; nothing is asked of the server.
 *
 * The caller promises:
 * `info` and `error` are NULL or may be written.
 */
licensing_status licensing_lease_read(const struct licensing_lease *lease,
                                      struct licensing_lease_info *info,
                                      struct licensing_buffer **error);

/**
 * Gives the seats back, borrowed ones before the end of their period. A lease that uses seats which were borrowed
 * before leaves them borrowed; licensing_return_borrowed gives those back. `was_held` becomes 1 when they were held until now, else 0; it may be NULL. Doing it twice
 * is no error. The lease must still be freed.
 *
 * The caller promises:
 * `was_held` and `error` are NULL or may be written.
 */
licensing_status licensing_checkin(const struct licensing_lease *lease,
                                   uint32_t *was_held,
                                   struct licensing_buffer **error);

/**
 * Frees a lease. Seats that it still holds are given back unless they are borrowed, for which this waits two seconds at
 * most; what took longer goes on in the background. The same happens to all leases when the process ends by exit or by
 * returning from main. NULL and handles that are not valid are left alone.
 */
void licensing_lease_free(struct licensing_lease *lease);

/**
 * The table of operations as JSON: abiVersion, version, licenseFileBytes and operations; each of these has number, name, method,
 * path, permission, words, cmdlets, summary, errors, rows, and the fields of its request and row. And errors: code, number,
 * title and action of each error code and each reason for which seats are refused, in English. And resources: name, summary and
 * the fields of the state of each resource of Microsoft DSC.
 *
 * The caller promises:
 * `table` and `error` are NULL or may be written.
 */
licensing_status licensing_operations(struct licensing_buffer **table,
                                      struct licensing_buffer **error);

/**
 * Begins a checkout and returns at once; licensing_checkout_wait tells how it goes.
 *
 * The caller promises:
 * `request` is NULL or points to such a structure, whose texts are NULL or end with a NUL; `pending` and `error`
 * are NULL or may be written.
 */
licensing_status licensing_checkout_begin(const struct licensing_product *product,
                                          const struct licensing_checkout_request *request,
                                          struct licensing_pending **pending,
                                          struct licensing_buffer **error);

/**
 * Waits for the answer to a checkout for at most so many milliseconds. `lease` becomes NULL while there is none;
 * then `position`, which may be NULL, tells where the request stands in the queue: 1 for the next, 0 when it is not
 * known to wait. After a lease or a failure there is nothing more to wait for.
 *
 * The caller promises:
 * `position`, `lease` and `error` are NULL or may be written.
 */
licensing_status licensing_checkout_wait(const struct licensing_pending *pending,
                                         uint32_t milliseconds,
                                         uint32_t *position,
                                         struct licensing_lease **lease,
                                         struct licensing_buffer **error);

/**
 * Frees a checkout. One that has not been answered leaves the queue, and what it might have got by then is given back.
 * NULL and handles that are not valid are left alone.
 */
void licensing_pending_free(struct licensing_pending *pending);

/**
 * Finds the vendor daemon and connects to it. When the server cannot be reached and the folder has valid tickets,
 * that is no failure.
 *
 * The caller promises:
 * `options` is NULL or points to such a structure, whose texts are NULL or end with a NUL; `product` and `error`
 * are NULL or may be written.
 */
licensing_status licensing_product_open(const struct licensing_product_options *options,
                                        struct licensing_product **product,
                                        struct licensing_buffer **error);

/**
 * As licensing_product_open, for a product that accepts licenses of certain issuers alone. `issuer_keys` has their public
 * keys, 32 bytes in base64 each with blanks between them, and is a constant of the product. Every seat is then held
 * against the signed lines that grant it, also by a ticket; others fail with LICENSING_ERROR_LICENSE_NOT_GENUINE.
 *
 * The caller promises:
 * As licensing_product_open; `issuer_keys` is NULL or ends with a NUL.
 */
licensing_status licensing_product_open_pinned(const struct licensing_product_options *options,
                                               const char *issuer_keys,
                                               struct licensing_product **product,
                                               struct licensing_buffer **error);

/**
 * Keeps all leases of this connection alive, for products that do it themselves. `ended` tells how many of them
 * had ended; it may be NULL.
 *
 * The caller promises:
 * `ended` and `error` are NULL or may be written.
 */
licensing_status licensing_heartbeat(const struct licensing_product *product,
                                     uint32_t *ended,
                                     struct licensing_buffer **error);

/**
 * What the vendor daemon says about itself, as JSON: vendor, version, serving, reason and features (feature,
 * version, count, overdraft, inUse).
 *
 * The caller promises:
 * `status` and `error` are NULL or may be written.
 */
licensing_status licensing_product_status(const struct licensing_product *product,
                                          struct licensing_buffer **status,
                                          struct licensing_buffer **error);

/**
 * Frees a connection. Leases taken through it keep their seats and their heartbeats in the background. NULL and
 * handles that are not valid are left alone.
 */
void licensing_product_free(struct licensing_product *product);

/**
 * Starts an operation, one of LICENSING_OPERATION_...; `request` is its request as JSON, none for an empty one.
 * The bytes may be wiped as soon as the call returns.
 *
 * The caller promises:
 * `request` is NULL or has `request_length` bytes; `task` and `error` are NULL or may be written.
 */
licensing_status licensing_task_submit(const struct licensing_connection *connection,
                                       uint32_t operation,
                                       const uint8_t *request,
                                       uint64_t request_length,
                                       struct licensing_task **task,
                                       struct licensing_buffer **error);

/**
 * Starts looking at the certificate that a server shows, without believing it and without credentials. `options`
 * is JSON: address, timeoutMs. Done is a Certificate, as LICENSING_OPERATION_GET_CERTIFICATE returns it.
 *
 * The caller promises:
 * `options` is NULL or has `options_length` bytes; `task` and `error` are NULL or may be written.
 */
licensing_status licensing_certificate_fetch(const uint8_t *options,
                                             uint64_t options_length,
                                             struct licensing_task **task,
                                             struct licensing_buffer **error);

/**
 * Starts asking the license manager where the services of a host are. `options` is JSON: host, port (27000 unless
 * given), addressType (LS, VD, LAC or WSL; WSL unless given), timeoutMs. Done is an object: address is the one
 * asked for; serverName, version, webServices and vendors (vendor, address, serving) are all there is.
 *
 * The caller promises:
 * `options` is NULL or has `options_length` bytes; `task` and `error` are NULL or may be written.
 */
licensing_status licensing_location_discover(const uint8_t *options,
                                             uint64_t options_length,
                                             struct licensing_task **task,
                                             struct licensing_buffer **error);

/**
 * Waits at most `timeout_ms` milliseconds, 200 at most, for news of a task. `kind` tells what there is; with
 * everything but Pending comes a buffer that the caller must free. After Done or Failed the same event comes
 * again. Several threads may wait; each event goes to one of them.
 *
 * The caller promises:
 * `kind`, `data` and `error` are NULL or may be written.
 */
licensing_status licensing_task_wait(const struct licensing_task *task,
                                     uint32_t timeout_ms,
                                     licensing_event *kind,
                                     struct licensing_buffer **data,
                                     struct licensing_buffer **error);

/**
 * Cancels a task; its end is then Failed with LICENSING_ERROR_CANCELLED. From any thread, also while another
 * waits, and as often as you like; a task that has ended stays as it is.
 *
 * The caller promises:
 * `error` is NULL or may be written.
 */
licensing_status licensing_task_cancel(const struct licensing_task *task,
                                       struct licensing_buffer **error);

/**
 * Cancels a task unless it has ended, and frees it. A thread that waits for it gets Failed. NULL and handles that
 * are not valid are left alone.
 */
void licensing_task_free(struct licensing_task *task);

/**
 * Version of the ABI. Callers compare it with LICENSING_ABI_VERSION before anything else.
 */
uint32_t licensing_abi_version(void);

/**
 * Version of the library as text; it is static and must not be freed.
 */
const char *licensing_version(void);

/**
 * Starts asking a server over WS-Management: a license server on Windows, or this one.
 *
 * `options` is JSON: address (host, host:port or a URL), plain (HTTP instead of HTTPS, with NTLM alone), certHash, caFile,
 * account (none for nobody, who may only identify the server), ntlm (instead of Basic), timeoutMs, and ask: {"identify":{}}, {"query":{"namespace":..,"query":..}} or
 * {"describe":{"namespace":..,"class":..}}. `secret` is the password of the account; it may be wiped as soon as the call
 * returns. Rows are instances: class, and properties with name, kind (the CIM type) and text;
 * where the server says when they were taken, taken as well.
 *
 * The caller promises:
 * `options` and `secret` are NULL or have as many bytes as their lengths say; `task` and `error` are NULL or may be
 * written.
 */
licensing_status licensing_wmi_query(const uint8_t *options,
                                     uint64_t options_length,
                                     const uint8_t *secret,
                                     uint64_t secret_length,
                                     struct licensing_task **task,
                                     struct licensing_buffer **error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* LICENSING_H */
