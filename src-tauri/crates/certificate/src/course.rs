//! Whether the run went its whole way, in order, and what it destroyed lies within its steps.

use domain::{Operation, Plan, StepKind};

use crate::entries::{Act, Proven};
use crate::fault::Fault;

/// Where the walk through the run's entries stands.
struct Walk {
    steps: &'static [StepKind],
    /// How many steps are done.
    done: usize,
    /// The next one was intended.
    is_intended: bool,
    fence: u64,
    is_started: bool,
    is_over: bool,
}

/// Checks all of it.
pub(crate) fn check(proven: &Proven, plan: &Plan) -> Result<(), Fault> {
    let started = proven.only("run.started")?;
    check_beginning(proven, plan, started)?;
    let mut walk = Walk {
        steps: plan.operation.steps(),
        done: 0,
        is_intended: false,
        fence: 0,
        is_started: false,
        is_over: false,
    };
    for act in proven.acts.iter().filter(|act| act.is_of_run() || act.is_destruction()) {
        walk.take(act)?;
    }
    walk.finish()?;
    check_acts_are_there(proven, plan.operation)
}

/// The request was submitted, sealed, and its run begun, in that order and for this plan.
fn check_beginning(proven: &Proven, plan: &Plan, started: &Act) -> Result<(), Fault> {
    let submitted = proven.only("request.submitted")?;
    let hash = plan.hash();
    let of_request = |act: &&Act| act.verb().starts_with("request.");
    for act in proven.acts.iter().filter(of_request) {
        if act.number < submitted.number || act.number > started.number {
            return Err(Fault::StepOrder {
                number: act.number,
                why: "requests are submitted, sealed, then carried out",
            });
        }
        if !matches!(act.verb(), "request.submitted" | "request.sealed") {
            return Err(Fault::StepOrder {
                number: act.number,
                why: "the request was ended before it was carried out",
            });
        }
        if act.digest("plan_hash")? != hash {
            return Err(Fault::Foreign { number: act.number, what: "plan" });
        }
    }
    if started.text("request")? != plan.request.to_string() {
        return Err(Fault::Foreign { number: started.number, what: "request" });
    }
    if started.digest("plan_hash")? != hash {
        return Err(Fault::Foreign { number: started.number, what: "plan" });
    }
    Ok(())
}

impl Walk {
    fn take(&mut self, act: &Act) -> Result<(), Fault> {
        let wrong = |why| Err(Fault::StepOrder { number: act.number, why });
        if self.is_over {
            return wrong("the run was over");
        }
        if act.verb() == "run.started" {
            self.is_started = true;
            return Ok(());
        }
        if !self.is_started {
            return wrong("the run had not begun");
        }
        if act.entry.attribute("fence").is_some() {
            let fence = act.count("fence")?;
            if fence < self.fence {
                return wrong("another console had the run by then");
            }
            self.fence = fence;
        }
        match act.verb() {
            "run.turned_back" => wrong("the run was turned back"),
            "step.intended" => self.intend(act),
            "step.done" => self.finish_step(act, true),
            "step.failed" => self.finish_step(act, false),
            "run.finished" => self.close(act),
            _ if act.is_destruction() => self.destroy(act),
            _ => Ok(()),
        }
    }

    fn intend(&mut self, act: &Act) -> Result<(), Fault> {
        self.check_step(act)?;
        self.is_intended = true;
        Ok(())
    }

    fn finish_step(&mut self, act: &Act, well: bool) -> Result<(), Fault> {
        self.check_step(act)?;
        if !self.is_intended {
            return Err(Fault::StepOrder { number: act.number, why: "the step was not intended" });
        }
        self.is_intended = false;
        self.done += usize::from(well);
        Ok(())
    }

    fn check_step(&self, act: &Act) -> Result<(), Fault> {
        let (step, position) = (act.text("step")?, act.count("position")?);
        let expected = self.steps.get(self.done);
        let place = u64::try_from(self.done).unwrap_or(u64::MAX).saturating_add(1);
        match expected {
            Some(kind) if kind.word() == step && position == place => Ok(()),
            _ => Err(Fault::StepOrder { number: act.number, why: "it is not the run's next step" }),
        }
    }

    /// An act that destroys is done in the step for it, while that step is intended.
    fn destroy(&self, act: &Act) -> Result<(), Fault> {
        let current = self.steps.get(self.done).filter(|_| self.is_intended);
        match current {
            Some(step) if steps_for(act.verb()).contains(step) => Ok(()),
            _ => Err(Fault::StepOrder { number: act.number, why: "it was done outside of the step for it" }),
        }
    }

    /// The last step's outcome is the end of the run itself.
    fn close(&mut self, act: &Act) -> Result<(), Fault> {
        let is_last = self.done + 1 == self.steps.len() && self.is_intended;
        let is_done = self.done == self.steps.len();
        if act.text("outcome")? != "completed" {
            return Err(Fault::StepOrder { number: act.number, why: "the run was not completed" });
        }
        if act.text("verification")?.trim().is_empty() {
            return Err(Fault::Attribute { number: act.number, name: "verification" });
        }
        if !is_last && !is_done {
            return self.missing();
        }
        self.is_over = true;
        Ok(())
    }

    fn missing(&self) -> Result<(), Fault> {
        match self.steps.get(self.done) {
            Some(step) => Err(Fault::StepMissing {
                position: u32::try_from(self.done).unwrap_or(u32::MAX).saturating_add(1),
                step: *step,
            }),
            None => Err(Fault::Missing { what: "the entry run.finished".to_owned() }),
        }
    }

    fn finish(&self) -> Result<(), Fault> {
        if self.is_over { Ok(()) } else { self.missing() }
    }
}

/// In which steps an act may be done.
fn steps_for(verb: &str) -> &'static [StepKind] {
    use StepKind as S;
    match verb {
        "keys.deactivated" => &[S::Deactivate],
        "tokens.deleted" => &[S::DeleteTokens],
        "dek.erased" => &[S::EraseWraps],
        "register.reclaimed" => &[S::Reclaim],
        "key.deleted" => &[S::DeleteFromVault],
        "key.purged" => &[S::AwaitPurge, S::ProveAbsent],
        "keys.destroyed" => &[S::ProveAbsent, S::Close],
        _ => &[],
    }
}

/// What every destruction of this kind leaves in the ledger; and whatever was erased, the tables were rewritten after it.
fn check_acts_are_there(proven: &Proven, operation: Operation) -> Result<(), Fault> {
    let needed: &[&str] = match operation {
        Operation::DestroyDek => &["dek.erased", "keys.destroyed"],
        Operation::DestroyKek | Operation::DestroySecret => &["key.deleted", "key.purged", "keys.destroyed"],
        _ => &["keys.destroyed"],
    };
    for verb in needed {
        if proven.with_verb(verb).next().is_none() {
            return Err(Fault::Missing { what: format!("every entry {verb}") });
        }
    }
    let last_of =
        |verbs: &[&str]| proven.acts.iter().filter(|act| verbs.contains(&act.verb())).map(|act| act.number).max();
    match (last_of(&["tokens.deleted", "dek.erased"]), last_of(&["register.reclaimed"])) {
        (Some(erased), reclaimed) if reclaimed.is_none_or(|reclaimed| reclaimed < erased) => {
            Err(Fault::Missing { what: format!("an entry register.reclaimed after entry {erased}") })
        }
        _ => Ok(()),
    }
}
