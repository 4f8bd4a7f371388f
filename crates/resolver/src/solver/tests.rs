use super::{Analysis, Bits, IncompatId, Solver, Term, Var};
use proptest::prelude::*;

/// Incompatibilities over a few small variables: per term a variable and a bit mask.
#[derive(Clone, Debug)]
struct Problem {
    states: Vec<u32>,
    clauses: Vec<Vec<(usize, u64)>>,
}

fn problems() -> impl Strategy<Value = Problem> {
    let states = prop::collection::vec(2u32..5, 2..7);
    let clause = prop::collection::vec((0usize..7, 1u64..31), 1..4);
    (states, prop::collection::vec(clause, 1..30)).prop_map(|(states, clauses)| {
        let fit = |clause: Vec<(usize, u64)>| {
            let terms = clause.into_iter().map(|(var, mask)| {
                let var = var % states.len();
                (var, mask & ((1 << states[var]) - 1))
            });
            terms.filter(|(_, mask)| *mask != 0).collect()
        };
        let clauses = clauses.into_iter().map(fit).filter(|c: &Vec<_>| !c.is_empty()).collect();
        Problem { states, clauses }
    })
}

fn violates(clause: &[(usize, u64)], model: &[u32]) -> bool {
    clause.iter().all(|(var, mask)| mask >> model[*var] & 1 == 1)
}

fn brute_force(problem: &Problem) -> bool {
    let mut model = vec![0; problem.states.len()];
    loop {
        if !problem.clauses.iter().any(|clause| violates(clause, &model)) {
            return true;
        }
        let Some(place) = (0..model.len()).find(|i| model[*i] + 1 < problem.states[*i]) else {
            return false;
        };
        model[place] += 1;
        model[..place].fill(0);
    }
}

fn terms(solver: &mut Solver, vars: &[Var], states: &[u32], clause: &[(usize, u64)]) -> Vec<Term> {
    let term = |(var, mask): &(usize, u64)| {
        let members = (0..states[*var]).filter(|state| mask >> state & 1 == 1);
        let set = solver.intern(Bits::from_states(states[*var], members));
        Term { var: vars[*var], set }
    };
    clause.iter().map(term).collect()
}

/// Solves with some clauses added only after some decisions, as metadata arrives.
fn solve(problem: &Problem, late: usize) -> Result<Vec<u32>, Vec<u32>> {
    let mut solver = Solver::default();
    let vars: Vec<Var> = problem.states.iter().map(|n| solver.add_var(*n)).collect();
    let mut waiting: Vec<usize> = (0..problem.clauses.len()).rev().collect();
    let first = waiting.split_off(late.min(waiting.len()));
    let add = |solver: &mut Solver, index: usize| {
        let terms = terms(solver, &vars, &problem.states, &problem.clauses[index]);
        solver.add_fact(&terms, index as u32);
    };
    first.into_iter().for_each(|index| add(&mut solver, index));
    loop {
        if let Err(violated) = solver.propagate() {
            if let Analysis::Unsatisfiable(roots) = solver.analyze(violated) {
                return Err(facts(&solver, &roots));
            }
            continue;
        }
        if let Some(index) = waiting.pop() {
            add(&mut solver, index);
            if !waiting.len().is_multiple_of(3) {
                continue;
            }
            if let Err(violated) = solver.propagate() {
                if let Analysis::Unsatisfiable(roots) = solver.analyze(violated) {
                    return Err(facts(&solver, &roots));
                }
                continue;
            }
        }
        match vars.iter().find(|var| solver.domain(**var).len() > 1) {
            Some(var) => {
                let state = solver.domain(*var).highest().unwrap();
                solver.decide(*var, state);
            }
            None if waiting.is_empty() => {
                return Ok(vars.iter().map(|var| solver.domain(*var).lowest().unwrap()).collect());
            }
            None => {}
        }
    }
}

fn facts(solver: &Solver, roots: &[IncompatId]) -> Vec<u32> {
    solver.facts_behind(roots).into_iter().map(|(_, fact)| fact).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_brute_force(problem in problems(), late in 0usize..20) {
        match solve(&problem, late) {
            Ok(model) => {
                for clause in &problem.clauses {
                    prop_assert!(!violates(clause, &model), "{model:?} breaks {clause:?}");
                }
            }
            Err(facts) => {
                prop_assert!(!brute_force(&problem));
                let clauses = facts.iter().map(|i| problem.clauses[*i as usize].clone()).collect();
                let behind = Problem { states: problem.states.clone(), clauses };
                prop_assert!(!brute_force(&behind), "the facts behind the conflict do not conflict");
            }
        }
    }
}
