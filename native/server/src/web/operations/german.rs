//! The error codes in German.

use licensing_api::ErrorCode;

/// What happened, and what to do.
pub(super) fn text(code: ErrorCode) -> (&'static str, &'static str) {
    match code {
        ErrorCode::Success => ("Der Vorgang war erfolgreich.", "Nichts."),
        ErrorCode::UserNotAuthorized => (
            "Das Konto darf das nicht.",
            "Verwenden Sie ein Konto mit der Stufe Full, oder lassen Sie dieses von einem Administrator höher stufen.",
        ),
        ErrorCode::UserNotFound => (
            "Dieses Konto gibt es nicht.",
            "Listen Sie die Konten mit Get-LicenseAdministrator auf.",
        ),
        ErrorCode::NoUsers => (
            "Kein Konto passt.",
            "Listen Sie alle Konten mit Get-LicenseAdministrator auf.",
        ),
        ErrorCode::AuthorizationFailed => (
            "Die Anmeldedaten fehlen oder sind falsch.",
            "Prüfen Sie Konto und Kennwort, oder erzeugen Sie ein neues Token.",
        ),
        ErrorCode::InvalidFilter => (
            "Der Filter ist ungültig.",
            "Berichtigen Sie den Filter; die Einzelheiten sagen, was falsch ist.",
        ),
        ErrorCode::InvalidCertificate => (
            "Das Zertifikat des Servers ist ungültig.",
            "Lassen Sie das Zertifikat des Servers erneuern.",
        ),
        ErrorCode::CertificateVerificationFailed => (
            "Das Zertifikat des Servers ist nicht das erwartete.",
            "Vergleichen Sie den Hash, den Get-LicCertificate zeigt, mit dem auf dem Server, und geben Sie ihn als CertHash an.",
        ),
        ErrorCode::CommunicationError => (
            "Der Lizenzserver ist nicht erreichbar.",
            "Prüfen Sie Adresse, Port und Firewall, und ob der Server läuft.",
        ),
        ErrorCode::UnknownError => (
            "Auf dem Server trat ein unvorhergesehener Fehler auf.",
            "Sehen Sie im Protokoll des Servers zu dieser Zeit nach.",
        ),
        ErrorCode::InvalidType => (
            "Die Art der Adresse ist unbekannt.",
            "Verwenden Sie LS, VD, LAC oder WSL.",
        ),
        ErrorCode::LocaleUnsupported => (
            "Die Sprache wird nicht unterstützt.",
            "Verwenden Sie eine der Sprachen, die in den Einzelheiten stehen.",
        ),
        ErrorCode::NoInventory => (
            "Es sind keine Lizenzen installiert.",
            "Importieren Sie eine Lizenzdatei.",
        ),
        ErrorCode::CitrixLicensingVendorOrServiceDown => (
            "Der Vendor-Daemon arbeitet nicht.",
            "Warten Sie auf seinen Neustart; bleibt er aus, sehen Sie im Protokoll des Servers nach.",
        ),
        ErrorCode::InvalidSADateFormat => (
            "Das Subscription-Advantage-Datum ist ungültig.",
            "Schreiben Sie es als yyyy.MMdd.",
        ),
        ErrorCode::InvalidStartDateOrEndDate => (
            "Das Anfangsdatum liegt nach dem Enddatum.",
            "Vertauschen oder berichtigen Sie die Daten.",
        ),
        ErrorCode::InvalidProductEditionModelFormat => (
            "Der Name des Features ist ungültig.",
            "Schreiben Sie Produkt, Edition und Modell, verbunden durch Unterstriche.",
        ),
        ErrorCode::FileAlreadyExists => (
            "Eine Lizenzdatei dieses Namens ist installiert.",
            "Wählen Sie einen anderen Namen, oder überschreiben Sie sie.",
        ),
        ErrorCode::FileWriteFailed => (
            "Die Lizenzdatei konnte nicht geschrieben werden.",
            "Prüfen Sie Speicherplatz und Rechte im Lizenzordner des Servers.",
        ),
        ErrorCode::FileOpenFailed => (
            "Die Lizenzdatei konnte nicht geöffnet werden.",
            "Prüfen Sie, ob es die Datei gibt und sie gelesen werden darf.",
        ),
        ErrorCode::FileNotFound => (
            "Diese Lizenzdatei gibt es nicht.",
            "Listen Sie die Dateien mit Get-LicenseFile auf.",
        ),
        ErrorCode::InvalidLicenseFile => (
            "Die Datei ist keine brauchbare Lizenzdatei.",
            "Prüfen Sie sie mit Test-LicenseFile, und berichtigen Sie, was es meldet.",
        ),
        ErrorCode::ActiveDirectoryAccountResolutionFailed => (
            "Der Kontoname lässt sich nicht auflösen.",
            "Schreiben Sie DOMÄNE\\Name, Name@Domäne oder den bloßen Namen eines Kontos dieses Servers.",
        ),
        ErrorCode::InvalidRequest => (
            "Die Anfrage ist ungültig.",
            "Berichtigen Sie das Feld, das in den Einzelheiten steht.",
        ),
        ErrorCode::RequestTooLarge => ("Die Anfrage ist zu groß.", "Senden Sie weniger auf einmal."),
        ErrorCode::OperationNotFound => (
            "Diesen Vorgang gibt es nicht.",
            "Was der Server anbietet, steht in /openapi.json.",
        ),
        ErrorCode::MethodNotAllowed => (
            "Der Vorgang hat eine andere Methode.",
            "Die Methoden dieses Pfads stehen in /openapi.json.",
        ),
        ErrorCode::AccountLocked => (
            "Zu viele Anmeldungen sind misslungen.",
            "Warten Sie so lange, wie in den Einzelheiten steht, und versuchen Sie es dann wieder.",
        ),
        ErrorCode::TooManyRequests => (
            "Zu viele Anfragen.",
            "Warten Sie, und versuchen Sie es dann wieder.",
        ),
        ErrorCode::LastAdministrator => (
            "Ein Konto mit der Stufe Full muss bleiben.",
            "Fügen Sie zuerst einen anderen Administrator hinzu.",
        ),
        ErrorCode::PasswordTooWeak => (
            "Das Kennwort ist zu schwach.",
            "Verwenden Sie 12 Zeichen oder mehr.",
        ),
        ErrorCode::TokenNotFound => (
            "Dieses Token gibt es nicht.",
            "Listen Sie die Token mit Get-LicenseToken auf.",
        ),
        ErrorCode::LeaseNotFound => (
            "Diesen Platz hält niemand.",
            "Listen Sie die Inhaber mit Get-LicenseUsage auf.",
        ),
        ErrorCode::ServerStopping => (
            "Der Server wird beendet.",
            "Versuchen Sie es wieder, wenn er zurück ist.",
        ),
        ErrorCode::StorageUnavailable => (
            "Der Server kann Änderungen nicht dauerhaft speichern.",
            "Schaffen Sie Platz, oder richten Sie den Speicher, der in den Einzelheiten steht.",
        ),
        ErrorCode::StorageDamaged => (
            "Der gespeicherte Zustand des Servers ist beschädigt.",
            "Stellen Sie die Datei, die in den Einzelheiten steht, aus der letzten guten Sicherung wieder her.",
        ),
        ErrorCode::InvalidAddress => (
            "Die Adresse ist ungültig.",
            "Schreiben Sie https://host:8083, host:port oder nur den Namen des Hosts.",
        ),
        ErrorCode::Timeout => (
            "Der Server hat nicht rechtzeitig geantwortet.",
            "Versuchen Sie es wieder, oder lassen Sie mehr Zeit.",
        ),
        ErrorCode::Cancelled => (
            "Der Vorgang wurde abgebrochen.",
            "Nichts; war es eine Änderung, sehen Sie nach, ob sie wirksam wurde.",
        ),
        ErrorCode::ProtocolError => (
            "Die Antwort wird nicht verstanden.",
            "Prüfen Sie, ob die Adresse die eines Lizenzservers ist und die Versionen zusammenpassen.",
        ),
        ErrorCode::InvalidHandle => ("Das Handle ist ungültig.", "Öffnen Sie es neu."),
        ErrorCode::InternalError => (
            "In der nativen Bibliothek trat ein Fehler auf.",
            "Bitte melden Sie ihn mit dem Text der Einzelheiten.",
        ),
        ErrorCode::SeatDenied => (
            "Der Platz wurde verweigert.",
            "Der Grund steht in den Einzelheiten.",
        ),
        ErrorCode::LocalFileUnreadable => (
            "Die lokale Datei kann nicht gelesen werden.",
            "Prüfen Sie den Pfad und Ihre Rechte an der Datei.",
        ),
    }
}
