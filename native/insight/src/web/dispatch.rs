//! From an operation's number to what answers it.

use licensing_api::operation::{OperationId, op};
use licensing_api::server::EffectivePermission;
use licensing_api::{ErrorCode, Operation, Problem, for_each_operation};
use licensing_net::web::assemble;
use serde::Serialize;
use serde_json::Value;

use super::WebServices;
use crate::fulfilment::Fulfilment;
use crate::service::{Account, Insight};

/// Answers one operation. Who may ask was checked; what of it they may see is for the service.
pub(super) trait Answer: Operation {
    /// The answer.
    fn answer(insight: &Insight, caller: &Account, request: Self::Request)
    -> Result<Self::Response, Problem>;
}

/// Answers one operation of the fulfilment. License servers have no account: their documents prove who they are.
pub(super) trait Fulfil: Operation {
    /// The answer.
    fn fulfil(
        fulfilment: &Fulfilment,
        caller: Option<&Account>,
        request: Self::Request,
    ) -> Result<Self::Response, Problem>;
}

fn fulfil<F: Fulfil>(
    fulfilment: &Fulfilment,
    caller: Option<&Account>,
    request: Value,
) -> Result<Vec<u8>, Problem> {
    let request = assemble::typed::<F>(request)?;
    write(&F::fulfil(fulfilment, caller, request)?)
}

/// The caller of what needs one. Without the gate there is none, and without a caller nothing is answered.
fn known(caller: Option<&Account>) -> Result<&Account, Problem> {
    caller.ok_or_else(|| Problem::new(ErrorCode::AuthorizationFailed, "The request has no credentials."))
}

fn run<A: Answer>(insight: &Insight, caller: &Account, request: Value) -> Result<Vec<u8>, Problem> {
    let request = assemble::typed::<A>(request)?;
    write(&A::answer(insight, caller, request)?)
}

fn write<T: Serialize>(answer: &T) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(answer).map_err(|error| {
        Problem::new(
            ErrorCode::UnknownError,
            format!("The answer cannot be written: {error}."),
        )
    })
}

macro_rules! arm {
    ($name:ident, insight, $services:ident, $caller:ident, $request:ident) => {
        run::<op::$name>(&$services.insight, known($caller)?, $request)
    };
    ($name:ident, fulfilment, $services:ident, $caller:ident, $request:ident) => {
        fulfil::<op::$name>(&$services.fulfilment, $caller, $request)
    };
    ($name:ident, $other:ident, $services:ident, $caller:ident, $request:ident) => {
        Err(Problem::new(
            ErrorCode::OperationNotFound,
            concat!(stringify!($name), " is an operation of license servers."),
        ))
    };
}

macro_rules! dispatch {
    ($($name:ident: $answered:ident $((reader))?,)+) => {
        /// Carries an operation out.
        pub(super) fn dispatch(
            id: OperationId,
            services: &WebServices,
            caller: Option<&Account>,
            request: Value,
        ) -> Result<Vec<u8>, Problem> {
            if id == OperationId::GetEffectivePermission {
                let caller = known(caller)?;
                return write(&EffectivePermission {
                    account: caller.name.clone(),
                    permissions: caller.permission,
                });
            }
            match id {
                $(OperationId::$name => arm!($name, $answered, services, caller, request),)+
            }
        }
    };
}

for_each_operation!(dispatch);
