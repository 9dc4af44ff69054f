// Generated from native/ffi; do not edit. See docs/native-library.md.

#pragma warning disable 0105
using System;
using System.Collections;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using Licensing.Native;
#pragma warning restore 0105

namespace Licensing.Native
{
    public static partial class Interop
    {
        public const string NativeLib = "licensing";

        static Interop()
        {
        }


        /// Version of the ABI. Callers compare it with LICENSING_ABI_VERSION before anything else.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_abi_version")]
        public static extern uint licensing_abi_version();

        /// Version of the library as text; it is static and must not be freed.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_version")]
        public static extern IntPtr licensing_version();

        /// The table of operations as JSON: abiVersion, version, licenseFileBytes and operations; each of these has number, name, method,
        /// path, permission, words, cmdlets, summary, errors, rows, and the fields of its request and row. And errors: code, number,
        /// title and action of each error code and each reason for which seats are refused, in English. And resources: name, summary and
        /// the fields of the state of each resource of Microsoft DSC.
        ///
        /// The caller promises:
        /// `table` and `error` are NULL or may be written.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_operations")]
        public static extern uint licensing_operations(ref IntPtr table, ref IntPtr error);

        /// The bytes of the buffer, followed by a NUL that its length does not count. They stay until the buffer is freed.
        /// NULL when the handle is not valid.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_buffer_data")]
        public static extern IntPtr licensing_buffer_data(IntPtr buffer);

        /// How many bytes the buffer has; 0 when the handle is not valid.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_buffer_length")]
        public static extern ulong licensing_buffer_length(IntPtr buffer);

        /// Frees a buffer. NULL and handles that are not valid are left alone.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_buffer_free")]
        public static extern void licensing_buffer_free(IntPtr buffer);

        /// Number of the error that the buffer describes, one of LICENSING_ERROR_...; 0 when it describes none.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_problem_code")]
        public static extern uint licensing_problem_code(IntPtr error);

        /// One part of the error that the buffer describes, by its licensing_problem_part. It stays until the buffer is
        /// freed. An empty text when the buffer describes no error or there is no such part.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_problem_text")]
        public static extern IntPtr licensing_problem_text(IntPtr error, uint part);

        /// Number of the denial when a seat was refused, such as -4 when all seats are taken; else 0.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_problem_denial")]
        public static extern int licensing_problem_denial(IntPtr error);

        /// Prepares a connection; nothing is sent before the first task.
        ///
        /// `options` is JSON: address, certHash, caFile, account, connectTimeoutMs, timeoutMs, all but the address
        /// optional. `secret` is the password of the account, or a token when there is no account; it may be wiped as soon
        /// as the call returns.
        ///
        /// The caller promises:
        /// `options` and `secret` are NULL or have as many bytes as their lengths say; `connection` and `error` are NULL
        /// or may be written.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_connection_open")]
        public static extern uint licensing_connection_open(ref byte options, ulong options_length, ref byte secret, ulong secret_length, ref IntPtr connection, ref IntPtr error);

        /// The address of a connection in its one form, `https://host:port/`, as a buffer of text: host in lower case, port
        /// always there, so that two connections to the same place can be told by it.
        ///
        /// The caller promises:
        /// `address` and `error` are NULL or may be written.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_connection_address")]
        public static extern uint licensing_connection_address(IntPtr connection, ref IntPtr address, ref IntPtr error);

        /// Frees a connection. NULL and handles that are not valid are left alone.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_connection_free")]
        public static extern void licensing_connection_free(IntPtr connection);

        /// Starts an operation, one of LICENSING_OPERATION_...; `request` is its request as JSON, none for an empty one.
        /// The bytes may be wiped as soon as the call returns.
        ///
        /// The caller promises:
        /// `request` is NULL or has `request_length` bytes; `task` and `error` are NULL or may be written.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_task_submit")]
        public static extern uint licensing_task_submit(IntPtr connection, uint operation, ref byte request, ulong request_length, ref IntPtr task, ref IntPtr error);

        /// Starts looking at the certificate that a server shows, without believing it and without credentials. `options`
        /// is JSON: address, timeoutMs. Done is a Certificate, as LICENSING_OPERATION_GET_CERTIFICATE returns it.
        ///
        /// The caller promises:
        /// `options` is NULL or has `options_length` bytes; `task` and `error` are NULL or may be written.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_certificate_fetch")]
        public static extern uint licensing_certificate_fetch(ref byte options, ulong options_length, ref IntPtr task, ref IntPtr error);

        /// Starts asking the license manager where the services of a host are. `options` is JSON: host, port (27000 unless
        /// given), addressType (LS, VD, LAC or WSL; WSL unless given), timeoutMs. Done is an object: address is the one
        /// asked for; serverName, version, webServices and vendors (vendor, address, serving) are all there is.
        ///
        /// The caller promises:
        /// `options` is NULL or has `options_length` bytes; `task` and `error` are NULL or may be written.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_location_discover")]
        public static extern uint licensing_location_discover(ref byte options, ulong options_length, ref IntPtr task, ref IntPtr error);

        /// Starts asking a server over WS-Management: a license server on Windows, or this one.
        ///
        /// `options` is JSON: address (host, host:port or a URL), plain (HTTP instead of HTTPS, with NTLM alone), certHash, caFile,
        /// account (none for nobody, who may only identify the server), ntlm (instead of Basic), timeoutMs, and ask: {"identify":{}}, {"query":{"namespace":..,"query":..}} or
        /// {"describe":{"namespace":..,"class":..}}. `secret` is the password of the account; it may be wiped as soon as the call
        /// returns. Rows are instances: class, and properties with name, kind (the CIM type) and text;
        /// where the server says when they were taken, taken as well.
        ///
        /// The caller promises:
        /// `options` and `secret` are NULL or have as many bytes as their lengths say; `task` and `error` are NULL or may be
        /// written.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_wmi_query")]
        public static extern uint licensing_wmi_query(ref byte options, ulong options_length, ref byte secret, ulong secret_length, ref IntPtr task, ref IntPtr error);

        /// Starts a method of a resource of Microsoft DSC. `options` is JSON: resource, such as LicensingAdmin/Token, method (get, test,
        /// set, delete or export), whatIf. `state` is JSON: the properties of the instance that is desired; those that begin with server
        /// take the place of what the connection was opened with. The bytes of both may be wiped as soon as the call returns.
        ///
        /// Done is the state for get, and a report for test, set and delete: inDesiredState, before, after, differences (property,
        /// reason), steps. Rows of export are states.
        ///
        /// The caller promises:
        /// `options` and `state` are NULL or have as many bytes as their lengths say; `task` and `error` are NULL or may be written.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_dsc_submit")]
        public static extern uint licensing_dsc_submit(IntPtr connection, ref byte options, ulong options_length, ref byte state, ulong state_length, ref IntPtr task, ref IntPtr error);

        /// Waits at most `timeout_ms` milliseconds, 200 at most, for news of a task. `kind` tells what there is; with
        /// everything but Pending comes a buffer that the caller must free. After Done or Failed the same event comes
        /// again. Several threads may wait; each event goes to one of them.
        ///
        /// The caller promises:
        /// `kind`, `data` and `error` are NULL or may be written.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_task_wait")]
        public static extern uint licensing_task_wait(IntPtr task, uint timeout_ms, out TaskEvent kind, ref IntPtr data, ref IntPtr error);

        /// Cancels a task; its end is then Failed with LICENSING_ERROR_CANCELLED. From any thread, also while another
        /// waits, and as often as you like; a task that has ended stays as it is.
        ///
        /// The caller promises:
        /// `error` is NULL or may be written.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_task_cancel")]
        public static extern uint licensing_task_cancel(IntPtr task, ref IntPtr error);

        /// Cancels a task unless it has ended, and frees it. A thread that waits for it gets Failed. NULL and handles that
        /// are not valid are left alone.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_task_free")]
        public static extern void licensing_task_free(IntPtr task);

        /// Finds the vendor daemon and connects to it. When the server cannot be reached and the folder has valid tickets,
        /// that is no failure.
        ///
        /// The caller promises:
        /// `options` is NULL or points to such a structure, whose texts are NULL or end with a NUL; `product` and `error`
        /// are NULL or may be written.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_product_open")]
        public static extern uint licensing_product_open(ref ProductOptions options, ref IntPtr product, ref IntPtr error);

        /// As licensing_product_open, for a product that accepts licenses of certain issuers alone. `issuer_keys` has their public
        /// keys, 32 bytes in base64 each with blanks between them, and is a constant of the product. Every seat is then held
        /// against the signed lines that grant it, also by a ticket; others fail with LICENSING_ERROR_LICENSE_NOT_GENUINE.
        ///
        /// The caller promises:
        /// As licensing_product_open; `issuer_keys` is NULL or ends with a NUL.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_product_open_pinned")]
        public static extern uint licensing_product_open_pinned(ref ProductOptions options, ref sbyte issuer_keys, ref IntPtr product, ref IntPtr error);

        /// What the vendor daemon says about itself, as JSON: vendor, version, serving, reason and features (feature,
        /// version, count, overdraft, inUse).
        ///
        /// The caller promises:
        /// `status` and `error` are NULL or may be written.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_product_status")]
        public static extern uint licensing_product_status(IntPtr product, ref IntPtr status, ref IntPtr error);

        /// Frees a connection. Leases taken through it keep their seats and their heartbeats in the background. NULL and
        /// handles that are not valid are left alone.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_product_free")]
        public static extern void licensing_product_free(IntPtr product);

        /// Takes seats, waiting in the queue for as long as the request says. A refusal is LICENSING_ERROR_SEAT_DENIED with its
        /// number in licensing_problem_denial. Seats that are borrowed and cover the request are used without asking the server;
        /// when the server cannot be reached, a grace ticket stands for the seats.
        ///
        /// The caller promises:
        /// `request` is NULL or points to such a structure, whose texts are NULL or end with a NUL; `lease` and `error`
        /// are NULL or may be written.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_checkout")]
        public static extern uint licensing_checkout(IntPtr product, ref CheckoutRequest request, ref IntPtr lease, ref IntPtr error);

        /// Begins a checkout and returns at once; licensing_checkout_wait tells how it goes.
        ///
        /// The caller promises:
        /// `request` is NULL or points to such a structure, whose texts are NULL or end with a NUL; `pending` and `error`
        /// are NULL or may be written.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_checkout_begin")]
        public static extern uint licensing_checkout_begin(IntPtr product, ref CheckoutRequest request, ref IntPtr pending, ref IntPtr error);

        /// Waits for the answer to a checkout for at most so many milliseconds. `lease` becomes NULL while there is none;
        /// then `position`, which may be NULL, tells where the request stands in the queue: 1 for the next, 0 when it is not
        /// known to wait. After a lease or a failure there is nothing more to wait for.
        ///
        /// The caller promises:
        /// `position`, `lease` and `error` are NULL or may be written.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_checkout_wait")]
        public static extern uint licensing_checkout_wait(IntPtr pending, uint milliseconds, out uint position, ref IntPtr lease, ref IntPtr error);

        /// Frees a checkout. One that has not been answered leaves the queue, and what it might have got by then is given back.
        /// NULL and handles that are not valid are left alone.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_pending_free")]
        public static extern void licensing_pending_free(IntPtr pending);

        /// Seats that are borrowed by way of the product's folder for tickets, as a JSON array: id, feature, version, count,
        /// user, host, since and until.
        ///
        /// The caller promises:
        /// `borrowed` and `error` are NULL or may be written.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_borrowed")]
        public static extern uint licensing_borrowed(IntPtr product, ref IntPtr borrowed, ref IntPtr error);

        /// Gives borrowed seats back before the end of their period, by the `id` that licensing_borrowed tells. `was_held`
        /// becomes 1 when they were still out, else 0; it may be NULL.
        ///
        /// The caller promises:
        /// `id` is NULL or ends with a NUL; `was_held` and `error` are NULL or may be written.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_return_borrowed")]
        public static extern uint licensing_return_borrowed(IntPtr product, ref sbyte id, out uint was_held, ref IntPtr error);

        /// Keeps all leases of this connection alive, for products that do it themselves. `ended` tells how many of them
        /// had ended; it may be NULL.
        ///
        /// The caller promises:
        /// `ended` and `error` are NULL or may be written.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_heartbeat")]
        public static extern uint licensing_heartbeat(IntPtr product, out uint ended, ref IntPtr error);

        /// Tells what was given out and whether it still holds; nothing is asked of the server.
        ///
        /// The caller promises:
        /// `info` and `error` are NULL or may be written.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_lease_read")]
        public static extern uint licensing_lease_read(IntPtr lease, out LeaseInfo info, ref IntPtr error);

        /// Gives the seats back, borrowed ones before the end of their period. A lease that uses seats which were borrowed
        /// before leaves them borrowed; licensing_return_borrowed gives those back. `was_held` becomes 1 when they were held until now, else 0; it may be NULL. Doing it twice
        /// is no error. The lease must still be freed.
        ///
        /// The caller promises:
        /// `was_held` and `error` are NULL or may be written.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_checkin")]
        public static extern uint licensing_checkin(IntPtr lease, out uint was_held, ref IntPtr error);

        /// Frees a lease. Seats that it still holds are given back unless they are borrowed, for which this waits two seconds at
        /// most; what took longer goes on in the background. The same happens to all leases when the process ends by exit or by
        /// returning from main. NULL and handles that are not valid are left alone.
        [DllImport(NativeLib, CallingConvention = CallingConvention.Cdecl, EntryPoint = "licensing_lease_free")]
        public static extern void licensing_lease_free(IntPtr lease);

    }

    /// Numbers of the errors.
    public enum ErrorCode
    {
        /// The operation succeeded.
        Success = 0,
        /// The account may not do this.
        UserNotAuthorized = 1,
        /// There is no such account.
        UserNotFound = 2,
        /// No account matches.
        NoUsers = 3,
        /// The credentials are missing or wrong.
        AuthorizationFailed = 4,
        /// The filter is not valid.
        InvalidFilter = 5,
        /// The server's certificate is not valid.
        InvalidCertificate = 6,
        /// The server's certificate is not the expected one.
        CertificateVerificationFailed = 7,
        /// The license server cannot be reached.
        CommunicationError = 8,
        /// The server met an unforeseen error.
        UnknownError = 9,
        /// The type of address is not known.
        InvalidType = 10,
        /// The language is not supported.
        LocaleUnsupported = 11,
        /// No licenses are installed.
        NoInventory = 12,
        /// The vendor daemon is not serving.
        CitrixLicensingVendorOrServiceDown = 13,
        /// The Subscription Advantage date is not valid.
        InvalidSADateFormat = 14,
        /// The start date is after the end date.
        InvalidStartDateOrEndDate = 15,
        /// The feature name is not valid.
        InvalidProductEditionModelFormat = 16,
        /// A license file of this name is installed.
        FileAlreadyExists = 17,
        /// The license file could not be written.
        FileWriteFailed = 18,
        /// The license file could not be opened.
        FileOpenFailed = 19,
        /// There is no such license file.
        FileNotFound = 20,
        /// The file is not a usable license file.
        InvalidLicenseFile = 21,
        /// The account name cannot be resolved.
        ActiveDirectoryAccountResolutionFailed = 22,
        /// The interval of samples is too short.
        PollingIntervalLessThanMinValue = 30,
        /// The interval of samples is too long.
        PollingIntervalMoreThanMaxValue = 31,
        /// The time for which samples are kept is too short.
        RetentionPeriodLessThanMinValue = 32,
        /// The license folder cannot be written to.
        NoWriteAccess = 40,
        /// The allocated license file could not be written.
        LicenseWriteFailed = 41,
        /// There is no such entitlement.
        InvalidEntitlementId = 42,
        /// The session is not valid.
        InvalidSession = 43,
        /// The session has expired.
        SessionExpired = 44,
        /// The number of seats is not valid.
        InvalidCount = 45,
        /// There are no renewals for what is installed.
        NoSARenewals = 46,
        /// There is no such renewal.
        NoRenewalLicenseFound = 47,
        /// The renewal option is not valid.
        InvalidSARenewalOption = 48,
        /// The CEIP option is not valid.
        InvalidCEIPOption = 49,
        /// The request is not valid.
        InvalidRequest = 1000,
        /// The request is too large.
        RequestTooLarge = 1001,
        /// There is no such operation.
        OperationNotFound = 1002,
        /// The operation has another method.
        MethodNotAllowed = 1003,
        /// Too many failed sign-ins.
        AccountLocked = 1004,
        /// Too many requests.
        TooManyRequests = 1005,
        /// One account with Full permission must remain.
        LastAdministrator = 1006,
        /// The password is too weak.
        PasswordTooWeak = 1007,
        /// There is no such token.
        TokenNotFound = 1008,
        /// There is no such lease.
        LeaseNotFound = 1009,
        /// The server is stopping.
        ServerStopping = 1010,
        /// The server cannot make changes durable.
        StorageUnavailable = 1011,
        /// The server's stored state is damaged.
        StorageDamaged = 1012,
        /// There is an account of this name.
        AdministratorExists = 1013,
        /// The license management service is off.
        ManagementServiceOff = 1020,
        /// This server is not registered at the receiver.
        RegistrationMissing = 1021,
        /// An upload is under way.
        UploadUnderWay = 1022,
        /// The receiver has refused the upload or the registration.
        ReceiverRefused = 1023,
        /// The receiver cannot be reached or cannot store anything now.
        ReceiverUnavailable = 1024,
        /// The receipt is not valid.
        InvalidReceipt = 1025,
        /// The issuer is trusted already.
        IssuerExists = 1050,
        /// There is no such issuer.
        IssuerNotFound = 1051,
        /// The options file has lines that cannot be read.
        InvalidOptions = 1052,
        /// The backup could not be made, or is not whole.
        BackupFailed = 1053,
        /// There is no such backup.
        BackupNotFound = 1054,
        /// There is no such alert.
        AlertNotFound = 1055,
        /// There is no such alert route.
        AlertRouteNotFound = 1056,
        /// There is an alert route of this name.
        AlertRouteExists = 1057,
        /// This server does not know where to allocate seats.
        FulfilmentNotConfigured = 1040,
        /// The fulfilment of the vendor cannot be reached or cannot store anything now.
        FulfilmentUnavailable = 1041,
        /// The fulfilment of the vendor has refused the request.
        FulfilmentRefused = 1042,
        /// There is no such allocation.
        AllocationNotFound = 1043,
        /// The answer file is not valid.
        InvalidAllocationAnswer = 1044,
        /// The signature of the document is not valid.
        SignatureNotValid = 1045,
        /// There is an order or an entitlement of this name.
        OrderExists = 1046,
        /// The directory cannot be asked.
        DirectoryUnavailable = 1047,
        /// The address is not valid.
        InvalidAddress = 2000,
        /// The server did not answer in time.
        Timeout = 2001,
        /// The operation was cancelled.
        Cancelled = 2002,
        /// The answer is not understood.
        ProtocolError = 2003,
        /// The handle is not valid.
        InvalidHandle = 2004,
        /// Internal error in the native library.
        InternalError = 2005,
        /// The seat was refused.
        SeatDenied = 2006,
        /// The local file cannot be read.
        LocalFileUnreadable = 2007,
        /// The local file cannot be written.
        LocalFileUnwritable = 2008,
        /// This machine's clock was set back.
        ClockSetBack = 2009,
        /// The license is not one of the product's issuer.
        LicenseNotGenuine = 2010,
    }

    /// Whether a lease still holds its seats.
    public enum LeaseState
    {
        /// It does, as far as the server last said.
        Held = 0,
        /// The server said that it ended: too long without a heartbeat, or revoked.
        Ended = 1,
        /// Given back.
        CheckedIn = 2,
        /// The server cannot be reached: the product goes on by a ticket, and back to the server by itself.
        Grace = 3,
        /// The server did not answer the last heartbeat, and no ticket stands in. It keeps the seats until
        /// unconfirmed_until; then it is asked once more before the lease ends.
        Unconfirmed = 4,
    }

    /// Numbers of the operations.
    public enum Operation
    {
        /// Shows version, set-up and vendor daemons of the license server.
        GetServerInfo = 1,
        /// Shows the certificate of the web services; needs no credentials.
        GetCertificate = 2,
        /// Shows what the caller may do.
        GetEffectivePermission = 3,
        /// Lists the vendor daemons: state, port, leases and how many requests wait.
        GetVendorDaemons = 4,
        /// Reads license files and options files again at once, and lists the vendor daemons as they are then.
        RereadLicenses = 5,
        /// Lists the accounts that may use the web services.
        GetAdministrators = 10,
        /// Adds an account.
        NewAdministrator = 11,
        /// Changes the level or password of an account.
        SetAdministrator = 12,
        /// Removes an account and ends its tokens.
        RemoveAdministrator = 13,
        /// Lists the bearer tokens, without their secrets.
        GetTokens = 14,
        /// Makes a bearer token and shows its secret this once.
        NewToken = 15,
        /// Ends a bearer token at once.
        RemoveToken = 16,
        /// Forgets the failed sign-ins of an account, so that it may sign in again at once.
        ResetAdministrator = 17,
        /// Shows the readable names of features and license types.
        GetLocalizedNames = 20,
        /// Lists the error codes in words.
        GetErrors = 21,
        /// Lists the active alerts.
        GetAlerts = 22,
        /// Lists what is installed and how much of it is in use, a row for each pool.
        GetInventory = 30,
        /// Lists who holds a seat.
        GetUsage = 31,
        /// Takes seats back from sessions, users and devices, and lists what was released.
        RevokeLeases = 32,
        /// Lists refused requests, why, who held the seats then, and whether they were granted later.
        GetDenials = 33,
        /// Lists the seats that the options file sets aside, and how many of them are in use.
        GetReservations = 34,
        /// Lists the requests that wait for seats, in their order.
        GetQueue = 35,
        /// Lists what happened to seats that are assigned to users and devices.
        GetAssignmentEvents = 36,
        /// Lists what all pools of each feature have together.
        GetFeatureTotals = 38,
        /// Lists how many seats were in use in each hour, day or month, with overdraft and denials.
        GetUsageHistory = 50,
        /// Lists the samples of the seats in use of each pool.
        GetUsageSamples = 51,
        /// Shows when seats run out, and how sure that is.
        GetForecast = 52,
        /// Makes a report of the use of seats as CSV, JSON, or a page with charts.
        ExportUsageReport = 53,
        /// Shows whether and how often samples of the seats in use are taken.
        GetUsageSampling = 54,
        /// Lists audit records of seats, accounts and settings, from sealed segments and databases.
        GetAudit = 56,
        /// Verifies the whole audit, over sealed segments and databases.
        TestAudit = 57,
        /// Lists the installed license files.
        GetLicenseFiles = 40,
        /// Installs a license file after checking it.
        ImportLicenseFile = 41,
        /// Removes an installed license file.
        RemoveLicenseFile = 42,
        /// Explains a license file and what it would change, without installing it.
        ExplainLicenseFile = 43,
        /// Shows the license management service and its next upload.
        GetManagementService = 60,
        /// Changes the license management service; takes effect at once.
        SetManagementService = 61,
        /// Switches the license management service on.
        EnableManagementService = 62,
        /// Switches the license management service off: an upload that is under way is cancelled, and nothing is sent afterwards.
        DisableManagementService = 63,
        /// Uploads now, and waits for the end.
        StartUpload = 64,
        /// Lists what was sent, what waits, and what would be sent now, byte for byte.
        GetUploads = 65,
        /// Writes a fresh upload and all that wait into a signed bundle, for servers without a connection.
        ExportUpload = 66,
        /// Settles uploads by the receipt that the receiver gave for a bundle.
        ImportUploadReceipt = 67,
        /// Lists what the receiver has found about this server.
        GetComplianceFindings = 68,
        /// Finds on this server which licenses are rescinded, too old or used beyond what is possible.
        TestCompliance = 69,
        /// Shows what is sent beside the compliance part of uploads.
        GetCeipOption = 70,
        /// Changes what is sent beside the compliance part of uploads.
        SetCeipOption = 71,
        /// Lists the settings of the server, with the values in effect and those that wait for a restart.
        GetConfiguration = 110,
        /// Changes settings, all of them or none, and says which are in effect at once and which wait for a restart.
        SetConfiguration = 111,
        /// Replaces the certificate of the server without a restart, or announces the one that will follow.
        SetCertificate = 112,
        /// Lists the issuers whose signatures the server trusts.
        GetIssuers = 113,
        /// Trusts an issuer from now on.
        AddIssuer = 114,
        /// No longer trusts an issuer; lines that it signed serve no more.
        RemoveIssuer = 115,
        /// Lists the lines of the options files, with what each means.
        GetOptions = 116,
        /// Explains an options file, and who would lose or gain seats by it; nothing is changed.
        ExplainOptions = 117,
        /// Replaces the options file of a vendor after explaining it.
        SetOptions = 118,
        /// Checks ports, daemons, clock, certificate, disk, trust, license files, uploads, databases and audit.
        TestServer = 119,
        /// Lists the backups that the server keeps.
        GetBackups = 120,
        /// Saves the server to an archive, while it runs.
        NewBackup = 121,
        /// Takes one piece of an archive.
        GetBackupPiece = 122,
        /// Sends one piece of an archive to the server.
        ImportBackupPiece = 123,
        /// Checks every file and every database of an archive.
        TestBackup = 124,
        /// Restores the server from an archive at its next start.
        RestoreBackup = 125,
        /// Acknowledges an alert: no more messages are sent about it until it is over.
        ConfirmAlert = 130,
        /// Lists where alerts are sent.
        GetAlertRoutes = 131,
        /// Sends alerts to a mail address or a webhook from now on.
        NewAlertRoute = 132,
        /// Changes where and which alerts are sent.
        SetAlertRoute = 133,
        /// Removes an alert route, and the messages that wait for it.
        RemoveAlertRoute = 134,
        /// Sends one message by a route, and tells how that went.
        TestAlertRoute = 135,
        /// Lists the license servers that Insight Services know.
        GetInsightServers = 80,
        /// Makes a one-time code that registers one license server.
        NewInsightRegistration = 81,
        /// Removes the registration of a license server; its uploads are refused from then on.
        RemoveInsightServer = 82,
        /// Lists the uploads that Insight Services have stored.
        GetInsightUploads = 83,
        /// Lists what Insight Services have found.
        GetInsightFindings = 84,
        /// Acknowledges a finding with a reason; it is open again when its cause comes back.
        ConfirmInsightFinding = 85,
        /// Lists the serial numbers that their vendors have rescinded.
        GetInsightRescissions = 86,
        /// Imports a list of rescinded serial numbers.
        ImportInsightRescissions = 87,
        /// Withdraws a rescission; findings about it resolve.
        RemoveInsightRescission = 88,
        /// Lists the declared disaster recovery pairs.
        GetInsightPairs = 89,
        /// Declares that two servers are a disaster recovery pair and may have the same licenses installed.
        NewInsightPair = 90,
        /// Ends a disaster recovery pair.
        RemoveInsightPair = 91,
        /// Takes the bundle of a server without a connection, and gives the receipt for it.
        ImportInsightBundle = 92,
        /// Shows peaks, forecasts and unused seats of each feature.
        GetInsightCapacity = 93,
        /// Lists the dates that product versions require of the licenses they use.
        GetInsightRequirements = 94,
        /// Imports a list of dates that product versions require.
        ImportInsightRequirements = 95,
        /// Removes a date that a product version requires; findings about it resolve.
        RemoveInsightRequirement = 96,
        /// Lists the organizations that use Insight Services.
        GetInsightOrganizations = 97,
        /// Adds an organization.
        NewInsightOrganization = 98,
        /// Lists the accounts that may use Insight Services.
        GetInsightAccounts = 99,
        /// Adds an account of Insight Services and shows its token this once.
        NewInsightAccount = 100,
        /// Removes an account of Insight Services; its token is of no use from then on.
        RemoveInsightAccount = 101,
        /// Lists where findings are delivered to.
        GetInsightTargets = 102,
        /// Adds a mail address or a webhook that findings are delivered to.
        NewInsightTarget = 103,
        /// Removes a target; what waits for it is dropped.
        RemoveInsightTarget = 104,
        /// Lists what an access code owns, and opens a session in which its seats can be allocated.
        GetEntitlements = 150,
        /// Allocates seats of an entitlement to this server and installs the license file.
        NewAllocation = 151,
        /// Lists the allocations of this server.
        GetAllocations = 152,
        /// Returns the seats of an allocation: removes its license file and gives the vendor the signed proof.
        ReturnAllocation = 153,
        /// Writes a request file for a server without a connection to the vendor.
        ExportAllocationRequest = 154,
        /// Installs the license file of an answer file.
        ImportAllocationAnswer = 155,
        /// Lists the renewals that the vendor offers for what is installed.
        GetRenewals = 156,
        /// Installs a renewal in place of what it renews.
        InstallRenewal = 157,
        /// Shows what the server does about renewals by itself.
        GetRenewalOption = 158,
        /// Changes what the server does about renewals by itself.
        SetRenewalOption = 159,
        /// Tells a license server what an access code owns; its signed document stands for credentials.
        FulfilEntitlements = 170,
        /// Gives a license server the license file of an allocation; its signed document stands for credentials.
        FulfilAllocation = 171,
        /// Takes back seats that a license server no longer has installed; its signed proof stands for credentials.
        FulfilReturn = 172,
        /// Tells a license server which renewals there are for what it has installed; its signed document stands for credentials.
        FulfilRenewals = 173,
        /// Lists the orders and how much of them is allocated.
        GetInsightOrders = 174,
        /// Loads an order and makes its access code.
        NewInsightOrder = 175,
        /// Lists the allocations of all license servers.
        GetInsightAllocations = 176,
    }

    /// Parts of a problem, for licensing_problem_text.
    public enum ProblemPart
    {
        /// Stable name of the error, such as CommunicationError.
        Name = 0,
        /// What happened, in general.
        Title = 1,
        /// What happened, in this case.
        Detail = 2,
        /// To what it happened; may be empty.
        Target = 3,
        /// What to do.
        Action = 4,
    }

    /// What licensing_task_wait found.
    public enum TaskEvent
    {
        /// Nothing new; no buffer.
        Pending = 0,
        /// The buffer is a JSON array with the next rows, 500 at most.
        Rows = 1,
        /// The buffer is an object with the fields received and total: bytes of the answer, total null when unknown.
        Progress = 2,
        /// The end. The buffer is the answer, or after the last row an object with the number of rows and the problems that
        /// kept others away, such as a vendor daemon that does not answer.
        Done = 3,
        /// The end. The buffer describes the problem.
        Failed = 4,
    }

    /// What a product wants. Set it to zero, then fill in what is known; texts are UTF-8.
    [Serializable]
    [StructLayout(LayoutKind.Sequential)]
    public partial struct CheckoutRequest
    {
        /// Feature; must be given.
        public IntPtr feature;
        /// Lowest version that will do, such as 2.1 or 2026.0401; NULL for any.
        public IntPtr version;
        /// User; NULL for the one this process runs as.
        public IntPtr user;
        /// Host; NULL for this machine's name.
        public IntPtr host;
        /// Display or terminal; may be NULL.
        public IntPtr display;
        /// What letter V of DUP_GROUP compares, usually the id of the client device; may be NULL.
        public IntPtr vendor_data;
        /// Name and version of the product, for reports; may be NULL.
        public IntPtr product;
        /// Project that the work is done for, as PROJECT rules of the options file name it; may be NULL.
        public IntPtr project;
        /// Seats; 0 means 1.
        public uint count;
        /// Process id, for reports; 0 for this process.
        public uint process_id;
        /// Longest time to wait in the queue when all seats are out, in milliseconds; 0 to be refused at once.
        public uint queue_wait_ms;
        /// Take the seats along for so many seconds; 0 for an ordinary checkout. Needs a folder for tickets.
        public uint borrow_seconds;
        /// 1 to go without a grace ticket although there is a folder for tickets.
        public uint without_grace;
    }

    /// What was given out. The texts stay until the lease is freed.
    [Serializable]
    [StructLayout(LayoutKind.Sequential)]
    public partial struct LeaseInfo
    {
        /// Feature.
        public IntPtr feature;
        /// Version of the pool the seats came from.
        public IntPtr version;
        /// When it was given out, in seconds since 1970 UTC; 0 when the server did not say.
        public long since;
        /// When the license itself expires, in seconds since 1970 UTC; 0 when it is permanent.
        public long license_expires;
        /// When borrowed seats come back by themselves, in seconds since 1970 UTC; 0 unless they are borrowed.
        public long borrowed_until;
        /// While the state is Grace: until when the product may go on; else 0. In seconds since 1970 UTC.
        public long grace_until;
        /// Until when the ticket at hand would help without the server, in seconds since 1970 UTC; 0 without one.
        public long ticket_until;
        /// While the state is Unconfirmed: since when the server has not answered; else 0. In seconds since 1970 UTC.
        public long unconfirmed_since;
        /// While the state is Unconfirmed: until when the server keeps the seats; else 0. In seconds since 1970 UTC.
        public long unconfirmed_until;
        /// Seats.
        public uint count;
        /// How many of them are overdraft.
        public uint overdraft;
        /// A heartbeat is due at least this often, in seconds; 0 when a ticket stands for the lease.
        public uint heartbeat_seconds;
        /// Without a heartbeat the lease ends after this time, in seconds.
        public uint lifetime_seconds;
        /// 1 when an answer had got lost and the server gave the same lease once more.
        public uint repeated_request;
        /// Whether it still holds its seats.
        public LeaseState state;
    }

    /// How to reach a vendor daemon. Set it to zero, then fill in what is known; texts are UTF-8.
    [Serializable]
    [StructLayout(LayoutKind.Sequential)]
    public partial struct ProductOptions
    {
        /// Host of the license server; NULL for this machine.
        public IntPtr host;
        /// Vendor whose daemon is wanted; NULL for the first that serves.
        public IntPtr vendor;
        /// Token of the product; NULL for none.
        public IntPtr token;
        /// SHA-256 of the server's certificate in hex, for servers other than this machine; NULL when an authority
        /// vouches for it.
        public IntPtr cert_hash;
        /// PEM file of authorities; NULL for those of the operating system.
        public IntPtr ca_file;
        /// PEM file of the product's own certificate, where the server demands one; NULL for none.
        public IntPtr client_certificate;
        /// PEM file of its private key; NULL when the file of the certificate holds it.
        public IntPtr client_key;
        /// Folder for tickets, which grace and borrowing need; NULL for none. Whoever can change its files can make up
        /// tickets.
        public IntPtr ticket_folder;
        /// Port of the license manager; 0 for 27000.
        public uint port;
        /// Longest time for one attempt in milliseconds; 0 for 5000.
        public uint attempt_timeout_ms;
        /// Longest time for one call with all its attempts in milliseconds; 0 for 15000.
        public uint timeout_ms;
        /// 1 when the product calls licensing_heartbeat itself; 0 for heartbeats in the background.
        public uint manual_heartbeats;
        /// 1 to make each question a call of its own; 0 to ask over one stream where the server has it.
        public uint calls_only;
    }



    public class InteropException<T> : Exception
    {
        public T Error { get; private set; }

        public InteropException(T error): base($"Something went wrong: {error}")
        {
            Error = error;
        }
    }

}
