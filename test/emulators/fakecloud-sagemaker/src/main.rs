//! The SageMaker control plane of fakecloud, and nothing else of it, on one address.
use axum::{extract::Extension, Router};
use fakecloud_core::{
    dispatch::{self, DispatchConfig},
    multi_account::MultiAccountState,
    registry::ServiceRegistry,
};
use fakecloud_sagemaker::{SageMakerService, SharedSageMakerState};
use std::{env, error::Error, net::SocketAddr, sync::Arc};
use tokio::net::TcpListener;

const USAGE: &str = "usage: fakecloud-sagemaker-alone ADDRESS:PORT ACCOUNT REGION";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [address, account, region] = arguments.as_slice() else {
        return Err(USAGE.into());
    };
    let state: SharedSageMakerState = Arc::new(parking_lot::RwLock::new(MultiAccountState::new(
        account, region, "",
    )));
    let mut services = ServiceRegistry::new();
    services.register(Arc::new(SageMakerService::new(state)));
    let config = DispatchConfig::new(region, account);
    let app = Router::new()
        .fallback(dispatch::dispatch)
        .layer(Extension(Arc::new(services)))
        .layer(Extension(Arc::new(config)));
    let listener = TcpListener::bind(address.parse::<SocketAddr>()?).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(
        listener,
        app.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .await?;
    Ok(())
}
