//! What comes over the control port: manager requests, and operations of the table.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use licensing_api::{OperationId, Problem};

use super::answers;
use super::manager_requests::{ManagerRequests, unknown};
use crate::control::{ControlHandler, ManagerRequest};

impl ControlHandler for ManagerRequests {
    fn execute<'a>(
        &'a self,
        operation: &'a str,
        request: &'a [u8],
        actor: &'a str,
    ) -> BoxFuture<'a, Result<Vec<u8>, Problem>> {
        async move {
            match (
                ManagerRequest::from_name(operation),
                OperationId::from_name(operation),
            ) {
                (Some(manager_request), _) => self.answer_manager(manager_request, request).await,
                (None, Some(id)) => answers::answer(id, self, request, actor).await,
                (None, None) => Err(unknown(operation)),
            }
        }
        .boxed()
    }
}
