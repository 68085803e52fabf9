//! A running wallet with play dollars on the x402 world's chain, and merchants to spend them at.

use crate::wallet::text;
use crate::{Failure, TestWallet, World};
use serde_json::{Value, json};

/// The world, and the wallet in it.
pub struct Market {
    /// The merchants and their chain.
    pub world: World,
    /// The wallet.
    pub wallet: TestWallet,
    /// The account that the wallet pays from.
    pub payer: String,
}

impl Market {
    /// Starts both, points the wallet at the world's chain and gives it dollars.
    ///
    /// # Errors
    /// When a part does not come up.
    pub fn open(dollars: u64) -> Result<Self, Failure> {
        let world = World::start()?;
        let mut wallet = TestWallet::create()?;
        wallet.serve()?;
        let (network, rpc) = (world.text("network")?.to_owned(), world.text("rpc")?.to_owned());
        wallet.change_policy(|policy| {
            if let Some(fields) = policy.as_object_mut() {
                let networks = json!({ network: { "rpc_url": rpc } });
                fields.insert("networks".to_owned(), networks);
            }
        })?;
        let status = wallet.agent(&["status"])?;
        let payer = status.text("/evm_address").to_owned();
        world.mint(&payer, dollars.saturating_mul(1_000_000))?;
        Ok(Self { world, wallet, payer })
    }

    /// What the wallet's account holds, in atomic units.
    ///
    /// # Errors
    /// When the chain does not say.
    pub fn purse(&self) -> Result<u64, Failure> {
        self.world.balance(&self.payer)
    }

    /// What the merchants' account holds, in atomic units.
    ///
    /// # Errors
    /// When the chain does not say.
    pub fn till(&self) -> Result<u64, Failure> {
        self.world.balance(self.world.text("payee")?)
    }

    /// Payments that a route was sent, oldest first.
    ///
    /// # Errors
    /// When the world does not say.
    pub fn payments_at(&self, route: &str) -> Result<Vec<Value>, Failure> {
        let report = self.world.ask("/hits")?;
        let payments = report.pointer("/payments").and_then(Value::as_array);
        let here = |payment: &&Value| text(payment, "/route") == route;
        Ok(payments.into_iter().flatten().filter(here).cloned().collect())
    }

    /// Whether the chain has seen a payment's authorization used.
    ///
    /// # Errors
    /// When the chain does not say.
    pub fn is_cashed(&self, payment: &Value) -> Result<bool, Failure> {
        let nonce = text(payment, "/payload/payload/authorization/nonce");
        let path = format!("/authorization-used?authorizer={}&nonce={nonce}", self.payer);
        Ok(self.world.ask(&path)?.get("used") == Some(&Value::Bool(true)))
    }

    /// What an agent has left, line by line, by their labels' first words.
    ///
    /// # Errors
    /// When the wallet does not say.
    pub fn budget(&self, agent: &str, label: &str) -> Result<(String, String), Failure> {
        let answer = self.wallet.agent(&["budget", "--agent", agent])?;
        let lines = answer.json.pointer("/budgets").and_then(Value::as_array);
        let line = lines.into_iter().flatten().find(|line| text(line, "/label").starts_with(label));
        let line = line.ok_or_else(|| Failure::new(format!("no `{label}`: {}", answer.json)))?;
        Ok((text(line, "/reserved").to_owned(), text(line, "/settled").to_owned()))
    }
}
