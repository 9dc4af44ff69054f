//! German texts of errors and refusals. A new code does not compile without its text.

use licensing_api::ErrorCode;
use licensing_api::denial::DenialReason;

/// What happened, and what to do.
type Texts = (&'static str, &'static str);

pub(super) const fn error(code: ErrorCode) -> Texts {
    match code {
        ErrorCode::Success => ("Der Vorgang ist gelungen.", "Nichts."),
        ErrorCode::UserNotAuthorized => (
            "Das Konto darf das nicht.",
            "Ein Konto mit der Berechtigung Full verwenden oder dieses von einem Administrator heraufstufen lassen.",
        ),
        ErrorCode::UserNotFound => (
            "Es gibt kein solches Konto.",
            "Die Konten mit Get-LicenseAdministrator auflisten.",
        ),
        ErrorCode::NoUsers => (
            "Kein Konto passt.",
            "Alle Konten mit Get-LicenseAdministrator auflisten.",
        ),
        ErrorCode::AuthorizationFailed => (
            "Die Anmeldedaten fehlen oder sind falsch.",
            "Konto und Kennwort prüfen oder ein neues Token erstellen.",
        ),
        ErrorCode::InvalidFilter => (
            "Der Filter ist ungültig.",
            "Den Filter berichtigen; die Einzelheiten sagen, was falsch ist.",
        ),
        ErrorCode::InvalidCertificate => (
            "Das Zertifikat des Servers ist ungültig.",
            "Das Zertifikat des Servers erneuern lassen.",
        ),
        ErrorCode::CertificateVerificationFailed => (
            "Das Zertifikat des Servers ist nicht das erwartete.",
            "Den Hash, den Get-LicCertificate zeigt, mit dem auf dem Server vergleichen und als CertHash übergeben.",
        ),
        ErrorCode::CommunicationError => (
            "Der Lizenzserver ist nicht erreichbar.",
            "Adresse, Port und Firewall prüfen, und ob der Server läuft.",
        ),
        ErrorCode::UnknownError => (
            "Auf dem Server ist ein unvorhergesehener Fehler aufgetreten.",
            "Das Protokoll des Servers zu dieser Zeit ansehen.",
        ),
        ErrorCode::InvalidType => (
            "Die Art der Adresse ist nicht bekannt.",
            "LS, VD, LAC oder WSL verwenden.",
        ),
        ErrorCode::LocaleUnsupported => (
            "Die Sprache wird nicht unterstützt.",
            "Eine der Sprachen verwenden, die die Einzelheiten nennen.",
        ),
        ErrorCode::NoInventory => (
            "Es sind keine Lizenzen installiert.",
            "Eine Lizenzdatei importieren.",
        ),
        ErrorCode::CitrixLicensingVendorOrServiceDown => (
            "Der Herstellerdienst vergibt keine Lizenzen.",
            "Seinen Neustart abwarten; bleibt er aus, das Protokoll des Servers ansehen.",
        ),
        ErrorCode::InvalidSADateFormat => (
            "Das Datum der Subscription Advantage ist ungültig.",
            "Es als yyyy.MMdd schreiben.",
        ),
        ErrorCode::InvalidStartDateOrEndDate => (
            "Das Anfangsdatum liegt nach dem Enddatum.",
            "Die Daten vertauschen oder berichtigen.",
        ),
        ErrorCode::InvalidProductEditionModelFormat => (
            "Der Name der Lizenz ist ungültig.",
            "Produkt, Edition und Modell mit Unterstrichen verbunden schreiben.",
        ),
        ErrorCode::FileAlreadyExists => (
            "Eine Lizenzdatei dieses Namens ist installiert.",
            "Einen anderen Namen wählen oder sie überschreiben.",
        ),
        ErrorCode::FileWriteFailed => (
            "Die Lizenzdatei konnte nicht geschrieben werden.",
            "Platz und Berechtigungen des Lizenzordners auf dem Server prüfen.",
        ),
        ErrorCode::FileOpenFailed => (
            "Die Lizenzdatei konnte nicht geöffnet werden.",
            "Prüfen, ob es die Datei gibt und ob sie gelesen werden darf.",
        ),
        ErrorCode::FileNotFound => (
            "Es gibt keine solche Lizenzdatei.",
            "Die Dateien mit Get-LicenseFile auflisten.",
        ),
        ErrorCode::InvalidLicenseFile => (
            "Die Datei ist keine verwendbare Lizenzdatei.",
            "Test-LicenseFile darauf anwenden und berichtigen, was es meldet.",
        ),
        ErrorCode::ActiveDirectoryAccountResolutionFailed => (
            "Der Kontoname lässt sich nicht auflösen.",
            "DOMÄNE\\Name, Name@Domäne oder den bloßen Namen eines lokalen Kontos schreiben.",
        ),
        ErrorCode::InvalidRequest => (
            "Die Anfrage ist ungültig.",
            "Das Feld berichtigen, das die Einzelheiten nennen.",
        ),
        ErrorCode::RequestTooLarge => ("Die Anfrage ist zu groß.", "Weniger auf einmal senden."),
        ErrorCode::OperationNotFound => (
            "Es gibt keinen solchen Vorgang.",
            "In /openapi.json steht, was der Server anbietet.",
        ),
        ErrorCode::MethodNotAllowed => (
            "Der Vorgang hat eine andere Methode.",
            "In /openapi.json stehen die Methoden dieses Pfades.",
        ),
        ErrorCode::AccountLocked => (
            "Zu viele missglückte Anmeldungen.",
            "So lange warten, wie die Einzelheiten sagen, dann noch einmal versuchen.",
        ),
        ErrorCode::TooManyRequests => ("Zu viele Anfragen.", "Warten, dann noch einmal versuchen."),
        ErrorCode::LastAdministrator => (
            "Ein Konto mit der Berechtigung Full muss bleiben.",
            "Zuerst einen weiteren Administrator anlegen.",
        ),
        ErrorCode::PasswordTooWeak => ("Das Kennwort ist zu schwach.", "12 Zeichen oder mehr verwenden."),
        ErrorCode::TokenNotFound => (
            "Es gibt kein solches Token.",
            "Die Token mit Get-LicenseToken auflisten.",
        ),
        ErrorCode::LeaseNotFound => (
            "Es gibt keinen solchen Platz.",
            "Die Inhaber mit Get-LicenseUsage auflisten.",
        ),
        ErrorCode::ServerStopping => (
            "Der Server wird beendet.",
            "Noch einmal versuchen, wenn er wieder da ist.",
        ),
        ErrorCode::StorageUnavailable => (
            "Der Server kann Änderungen nicht dauerhaft speichern.",
            "Speicherplatz freigeben oder den Speicher instand setzen, den die Einzelheiten nennen.",
        ),
        ErrorCode::StorageDamaged => (
            "Der gespeicherte Zustand des Servers ist beschädigt.",
            "Die Datei, die die Einzelheiten nennen, aus der letzten guten Sicherung wiederherstellen.",
        ),
        ErrorCode::InvalidAddress => (
            "Die Adresse ist ungültig.",
            "https://host:8083, host:port oder nur den Host schreiben.",
        ),
        ErrorCode::Timeout => (
            "Der Server hat nicht rechtzeitig geantwortet.",
            "Noch einmal versuchen oder mehr Zeit geben.",
        ),
        ErrorCode::Cancelled => (
            "Der Vorgang wurde abgebrochen.",
            "Nichts; war es eine Änderung, nachsehen, ob sie wirksam wurde.",
        ),
        ErrorCode::ProtocolError => (
            "Die Antwort ist nicht zu verstehen.",
            "Prüfen, ob die Adresse die eines Lizenzservers ist und die Versionen zueinander passen.",
        ),
        ErrorCode::InvalidHandle => ("Das Handle ist ungültig.", "Es neu öffnen."),
        ErrorCode::InternalError => (
            "Die native Bibliothek ist auf einen Fehler in sich selbst gestoßen.",
            "Bitte mit dem Text der Einzelheiten melden.",
        ),
        ErrorCode::SeatDenied => (
            "Der Platz wurde verweigert.",
            "Der Grund steht in den Einzelheiten.",
        ),
        ErrorCode::LocalFileUnreadable => (
            "Die lokale Datei kann nicht gelesen werden.",
            "Den Pfad und die eigenen Berechtigungen auf die Datei prüfen.",
        ),
        ErrorCode::LocalFileUnwritable => (
            "Die lokale Datei kann nicht geschrieben werden.",
            "Pfad, Zugriffsrechte und freien Speicherplatz prüfen.",
        ),
        ErrorCode::ClockSetBack => (
            "Die Uhr dieses Rechners wurde zurückgestellt.",
            "Die Uhr richtig stellen oder den Lizenzserver verbinden.",
        ),
    }
}

pub(super) const fn denial(reason: DenialReason) -> Texts {
    const ASK: &str = "Den Administrator des Lizenzservers fragen.";
    match reason {
        DenialReason::AllSeatsTaken => (
            "Alle Plätze sind vergeben.",
            "Auf einen Platz warten oder Lizenzen hinzufügen.",
        ),
        DenialReason::NoSuchFeature => (
            "Für diese Funktion ist keine Lizenz installiert.",
            "Eine Lizenzdatei importieren, die sie enthält.",
        ),
        DenialReason::BadSignature => (
            "Die Signatur der Lizenz passt nicht zu ihrem Text.",
            "Die Datei noch einmal so importieren, wie sie ausgestellt wurde.",
        ),
        DenialReason::WrongHost => (
            "Die Lizenz ist auf einen anderen Rechner ausgestellt.",
            "Sie auf den Hostnamen dieses Servers ausstellen lassen.",
        ),
        DenialReason::Expired => (
            "Die Lizenz ist abgelaufen.",
            "Sie verlängern und die neue Datei importieren.",
        ),
        DenialReason::VersionTooOld => (
            "Die installierte Version oder das Datum der Subscription Advantage ist älter, als das Produkt braucht.",
            "Die Verlängerung importieren.",
        ),
        DenialReason::MoreThanExist => (
            "Es wurden mehr Plätze verlangt, als installiert sind.",
            "Weniger Plätze verlangen oder Lizenzen hinzufügen.",
        ),
        DenialReason::NotStarted => ("Die Lizenz gilt noch nicht.", "Bis zu ihrem Anfangsdatum warten."),
        DenialReason::QueuedBehindOthers => (
            "Andere Anfragen warten auf diese Funktion.",
            "In der Warteschlange warten.",
        ),
        DenialReason::Queued => (
            "Die Anfrage steht in der Warteschlange.",
            "Warten: Der Platz wird vergeben, wenn sie an der Reihe ist.",
        ),
        DenialReason::Excluded => ("Die Optionsdatei schließt diesen Anfragenden aus.", ASK),
        DenialReason::NotIncluded => ("Die Optionsdatei nennt diesen Anfragenden nicht.", ASK),
        DenialReason::BadParameter => (
            "Die Anfrage ist ungültig.",
            "Sie berichtigen; die Einzelheiten sagen, was falsch ist.",
        ),
        DenialReason::NotNamed => (
            "Die Funktion ist für benannte Benutzer oder Hosts, und es sind keine benannt.",
            "Der Optionsdatei eine INCLUDE-Zeile hinzufügen.",
        ),
        DenialReason::AboveMaximum => ("Die Optionsdatei begrenzt diesen Anfragenden.", ASK),
        DenialReason::FeatureRemoved => (
            "Die Funktion ist nicht mehr installiert.",
            "Eine Lizenzdatei importieren, die sie enthält.",
        ),
        DenialReason::AllReserved => ("Die übrigen Plätze sind für andere reserviert.", ASK),
        DenialReason::BorrowTooLong => (
            "Die Ausleihe ist länger als erlaubt.",
            "Für kürzere Zeit ausleihen.",
        ),
        DenialReason::NotBorrowable => (
            "Die Funktion kann nicht ausgeliehen werden.",
            "Sie mit Verbindung zum Server verwenden.",
        ),
        DenialReason::ComponentNotBorrowable => (
            "Ein Bestandteil einer Suite kann nicht für sich ausgeliehen werden.",
            "Das Paket ausleihen oder den Bestandteil mit Verbindung zum Server verwenden.",
        ),
    }
}
