//! Signing in with a ticket of Kerberos: one token of the client, one of the server.

use der::asn1::ObjectIdentifier;
use http::HeaderValue;

use super::keys::Keys;
use super::logon::{Logon, Progress, header, spnego_header};
use super::{Authority, Connection, Endpoint, Refusal};
use crate::kerberos::Acceptor;
use crate::source::Source;
use crate::spnego::{KERBEROS, KERBEROS_OLD, State, Token};

/// Whether a mechanism is Kerberos, by either of its two names.
pub(super) fn is_kerberos(mechanism: ObjectIdentifier) -> bool {
    mechanism == KERBEROS || mechanism == KERBEROS_OLD
}

impl<S: Source, A: Authority> Endpoint<S, A> {
    /// A token of Kerberos without SPNEGO around it.
    pub(super) async fn bare_ticket(
        &self,
        acceptor: &Acceptor,
        connection: &Connection<A::Identity>,
        logon: &mut Logon<A::Identity>,
        scheme: &str,
        token: &[u8],
    ) -> Result<Progress<A::Identity>, Refusal> {
        let (identity, reply) = self.ticket(acceptor, connection, logon, token).await?;
        let token = reply.map(|reply| header(scheme, &reply)).transpose()?;
        Ok(Progress::Done(identity, token))
    }

    /// A token of Kerberos that came with the first token of SPNEGO, whose list of mechanisms begins with Kerberos. The list
    /// needs no signature then (RFC 4178 5).
    pub(super) async fn wrapped_ticket(
        &self,
        acceptor: &Acceptor,
        connection: &Connection<A::Identity>,
        logon: &mut Logon<A::Identity>,
        mechanism: ObjectIdentifier,
        token: &[u8],
    ) -> Result<Progress<A::Identity>, Refusal> {
        let (identity, reply) = self.ticket(acceptor, connection, logon, token).await?;
        let answer = Token::Response {
            state: Some(State::Completed),
            mechanism: Some(mechanism),
            token: reply,
            signature: None,
        };
        let token: HeaderValue = spnego_header(answer)?;
        Ok(Progress::Done(identity, Some(token)))
    }

    async fn ticket(
        &self,
        acceptor: &Acceptor,
        connection: &Connection<A::Identity>,
        logon: &mut Logon<A::Identity>,
        token: &[u8],
    ) -> Result<(A::Identity, Option<Vec<u8>>), Refusal> {
        let accepted = acceptor.accept(token, jiff::Timestamp::now()).map_err(|error| {
            tracing::info!(%error, peer = %connection.peer, "a ticket of Kerberos was refused");
            Refusal::Denied
        })?;
        if !accepted.is_for(connection.bindings.as_deref()) {
            tracing::warn!(peer = %connection.peer, "a ticket of Kerberos was sent over the TLS of another server");
            return Err(Refusal::Denied);
        }
        let identity = self
            .authority
            .kerberos(&accepted.name, &accepted.realm, connection.peer)
            .await?;
        logon.signed_in(
            identity.clone(),
            Keys::Kerberos(accepted.session),
            Some(accepted.until),
        );
        Ok((identity, accepted.reply))
    }
}
