//! A console that tests kill: `executor HOME OPERATOR`.
#![expect(clippy::unwrap_used, reason = "a test's child stops at the first thing that is not as it should be")]

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let (home, operator) = (arguments.next().unwrap(), arguments.next().unwrap());
    countersign_tests::execute_orders(home.into(), operator.parse().unwrap()).await;
}
