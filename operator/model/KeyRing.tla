------------------------------- MODULE KeyRing -------------------------------
(***************************************************************************)
(* The rotation of one key ring, as it is shipped: operators that may all  *)
(* believe to lead and act on views of any age, issuers and verifiers that *)
(* crash, vanish, lag and restart, and an API server that a pod may not    *)
(* reach.  The truth is one object, history[Len(history)]; its length is   *)
(* its generation.  What each rule protects is found out by taking it away *)
(* (Without); what a process or the world may do to us is in Faults.       *)
(*                                                                         *)
(* Time is counted in ticks of 60 s, the bound on the lag of status        *)
(* reports.  A duration of n ticks is over when n ticks have passed.       *)
(* README.md says what is left out, and how to read a counterexample.      *)
(***************************************************************************)
EXTENDS Naturals, FiniteSets, Sequences, TLC

CONSTANTS
  Issuers, Verifiers, Operators,
  MaxKid,     \* keys that can ever be made
  Lifetime,   \* ticks that a credential lives
  Skew,       \* verifier leeway and the clock errors of issuer and verifier, in ticks
  OpSkew,     \* operators' clocks are at most this many ticks apart: one is fast, one is slow
  Lease,      \* L: an issuer signs while its last contact is not older (rule P4)
  Grace,      \* X: a restart whose last contact is older is confirmed like a fresh pod (rule P1)
  Churn,      \* how many containers crash or pods are deleted
  Emergency,  \* "none" | "one" key is declared compromised | "all" live keys are
  Watch,      \* TRUE: the rules by which a pod that is not running is left out are in use
  Faults,     \* subset of {"new", "crash", "zombie", "api", "disk", "silent"}: see the actions
  Without     \* rules that are taken away: the seeded bugs

Keeps(rule) == rule \notin Without
Happens(fault) == fault \in Faults

Kids == 1..MaxKid
Pods == Issuers \cup Verifiers
Nobody == 99                      \* the lowest of nothing
Min(S) == IF S = {} THEN Nobody ELSE CHOOSE x \in S : \A y \in S : x <= y
Max(a, b) == IF a > b THEN a ELSE b
Less(a, b) == IF a < b THEN a ELSE b
Down(n) == IF n > 0 THEN n - 1 ELSE 0

VARIABLES
  history,    \* every ring ever committed: [state, since, proven]
  projected,  \* generation of the projection
  pod,        \* pod -> [phase, loaded, file, age, report, down]
  ghost,      \* an issuer process that outlived its Pod object: [loaded, age]; loaded = 0: there is none
  op,         \* operator -> [view, proof, accepted, shown]
  token,      \* kid -> ticks for which the youngest credential that it signed remains acceptable
  drain,      \* kid -> ticks until drainUntil, by an operator's clock that is slow
  churn, declared,
  fell        \* TRUE once a key's rank fell
vars == <<history, projected, pod, ghost, op, token, drain, churn, declared, fell>>

gen == Len(history)
Truth == history[gen]
Live == {"pending", "active", "draining"}
Accepted(g) == {k \in Kids : history[g].state[k] \in Live}
Signing(g) == {k \in Kids : history[g].state[k] = "active"}
Rank == [none |-> 0, pending |-> 1, active |-> 2, draining |-> 3, compromised |-> 4, retired |-> 5, revoked |-> 6]

\* phase: "absent" | "down" (a Pod object without a loaded process) | "up" (loaded, not Ready) | "ready"
\* loaded: generation in memory.  file: generation in the pod's own file, 0 = no file.
\* age: ticks since the last contact with the truth, as noted in the file; Old = too long ago for everything.
\* report, down: what the API server reports of its containers, and for how many ticks that is not "running".
Old == Max(Lease, Grace) + 1
Absent == [phase |-> "absent", loaded |-> 0, file |-> 0, age |-> Old, report |-> "never", down |-> 0]
Running == [phase |-> "ready", loaded |-> 1, file |-> 1, age |-> 0, report |-> "running", down |-> 0]
NoGhost == [loaded |-> 0, age |-> 0]
NoView == [view |-> 0, proof |-> 0, accepted |-> FALSE, shown |-> 0]

\* A new ring is created in one write: a key active and one pending.
FirstState == [k \in Kids |-> IF k = 1 THEN "active" ELSE IF k = 2 THEN "pending" ELSE "none"]
Init ==
  /\ history = <<[state |-> FirstState, since |-> [k \in Kids |-> IF k <= 2 THEN 1 ELSE 0], proven |-> {}]>>
  /\ projected = 1
  /\ pod \in [Pods -> IF Happens("new") THEN {Running, Absent} ELSE {Running}]
  /\ \E i \in Issuers : pod[i].phase = "ready"
  /\ ghost = NoGhost
  /\ op = [o \in Operators |-> NoView]
  /\ token = [k \in Kids |-> 0] /\ drain = [k \in Kids |-> 0]
  /\ churn = Churn /\ declared = {} /\ fell = FALSE

(***************************************************************************)
(* Processes                                                               *)
(***************************************************************************)
OnlyPods == UNCHANGED <<history, projected, ghost, op, token, drain, churn, declared, fell>>

Create(p) ==
  /\ Happens("new") /\ pod[p].phase = "absent"
  /\ pod' = [pod EXCEPT ![p].phase = "down"]
  /\ OnlyPods

Serving == {pod[i].loaded : i \in {j \in Issuers : pod[j].loaded > 0}} \cup ({ghost.loaded} \ {0})

\* What a fresh pod may begin with.  Shipped: a confirming read, which began after it was asked for.
FreshFrom(p) ==
  CASE p \in Issuers -> IF Keeps("confirm-issuer") THEN {gen} ELSE 1..gen
    [] ~Keeps("confirm-verifier") -> 1..projected      \* whatever its mount holds
    [] ~Keeps("confirm-afresh") -> Serving             \* whatever an issuer has loaded
    [] ~Keeps("confirm-truth") -> {projected}          \* a fresh read, but of the projection
    [] OTHER -> {gen}
\* What a restart in the same pod may begin with: at least its own file.
AgainFrom(p) == IF Keeps("own-file") THEN {pod[p].file} ELSE 1..pod[p].file
IsFresh(p) == pod[p].file = 0 \/ (Keeps("restart-grace") /\ pod[p].age > Grace)

Begin(p, g, age) ==
  pod' = [pod EXCEPT ![p].phase = "up", ![p].loaded = g, ![p].file = Max(g, @), ![p].age = age]

Start(p) ==
  /\ pod[p].phase = "down"
  /\ \/ /\ IsFresh(p)
        /\ \E g \in FreshFrom(p) :
             Begin(p, g, IF p \in Issuers /\ ~Keeps("confirm-issuer") THEN Old ELSE 0)
     \/ /\ ~IsFresh(p) /\ (p \in Verifiers \/ Happens("api"))
        /\ \E g \in AgainFrom(p) : Begin(p, g, IF Keeps("lease-kept") THEN pod[p].age ELSE 0)
     \/ /\ ~IsFresh(p) /\ p \in Issuers
        /\ Begin(p, gen, 0)
  /\ OnlyPods

BecomeReady(p) ==
  /\ pod[p].phase = "up"
  /\ pod' = [pod EXCEPT ![p].phase = "ready"]
  /\ OnlyPods

\* A newer generation arrives by mount or HTTP, any time after it was written.  With "disk" the file and the memory
\* may be caught apart: the file is written first, or cannot be written at all.
Refresh(p) ==
  /\ pod[p].loaded > 0
  /\ \E g \in Max(pod[p].loaded, pod[p].file)..gen :
       \E both \in {<<g, g>>} \cup (IF Happens("disk") THEN {<<pod[p].loaded, g>>, <<g, pod[p].file>>} ELSE {})
                   \cup (IF Keeps("upward-memory") THEN {} ELSE {<<h, pod[p].file>> : h \in 1..pod[p].loaded}) :
         /\ both # <<pod[p].loaded, pod[p].file>>
         /\ pod' = [pod EXCEPT ![p].loaded = both[1], ![p].file = both[2]]
  /\ OnlyPods

\* A running process makes a confirming read, an issuer to keep its lease.
Contact(p) ==
  /\ pod[p].loaded > 0
  /\ pod' = [pod EXCEPT ![p].loaded = gen, ![p].file = gen, ![p].age = 0]
  /\ pod' # pod
  /\ OnlyPods

Crash(p) ==
  /\ Happens("crash") /\ churn > 0 /\ pod[p].loaded > 0
  /\ churn' = churn - 1
  /\ pod' = [pod EXCEPT ![p].phase = "down", ![p].loaded = 0]
  /\ UNCHANGED <<history, projected, ghost, op, token, drain, declared, fell>>

Delete(p) ==
  /\ Happens("new") /\ churn > 0 /\ pod[p].phase # "absent"
  /\ churn' = churn - 1
  /\ pod' = [pod EXCEPT ![p] = Absent]
  /\ ghost' = IF Happens("zombie") /\ p \in Issuers /\ pod[p].loaded > 0
                THEN [loaded |-> pod[p].loaded, age |-> pod[p].age] ELSE ghost
  /\ UNCHANGED <<history, projected, op, token, drain, declared, fell>>

Acceptable == Lifetime + Skew
MaySign(age) == age <= Lease \/ ~Keeps("lease")
SignWith(g) ==
  /\ \E k \in Signing(g) : token[k] < Acceptable /\ token' = [token EXCEPT ![k] = Acceptable]
  /\ UNCHANGED <<history, projected, pod, ghost, op, drain, churn, declared, fell>>
Sign(i) == pod[i].loaded > 0 /\ MaySign(pod[i].age) /\ SignWith(pod[i].loaded)
GhostSigns == ghost.loaded > 0 /\ MaySign(ghost.age) /\ SignWith(ghost.loaded)

Seen(p) == IF pod[p].loaded > 0 THEN "running" ELSE IF pod[p].file > 0 THEN "stopped" ELSE "never"
Report(p) ==
  /\ Watch /\ pod[p].phase # "absent" /\ pod[p].report # Seen(p)
  /\ pod' = [pod EXCEPT ![p].report = Seen(p), ![p].down = 0]
  /\ OnlyPods

Tick ==
  /\ Watch => \A p \in Pods : pod[p].phase # "absent" => pod[p].report = Seen(p)
  /\ token' = [k \in Kids |-> Down(token[k])]
  /\ drain' = [k \in Kids |-> Down(drain[k])]
  /\ pod' = [p \in Pods |-> IF pod[p].phase = "absent" THEN pod[p] ELSE
       [pod[p] EXCEPT !.age = Less(@ + 1, Old),
                      !.down = IF Watch /\ pod[p].report # "running" THEN Less(@ + 1, Grace + 1) ELSE 0]]
  /\ ghost' = IF ghost.loaded = 0 THEN ghost ELSE [ghost EXCEPT !.age = Less(@ + 1, Old)]
  /\ op' = [o \in Operators |-> [op[o] EXCEPT !.shown =
       IF Watch /\ op[o].view > 0 /\ projected >= op[o].view THEN Less(@ + 1, Grace + 1) ELSE 0]]
  /\ <<token, drain, pod, ghost, op>>' # <<token, drain, pod, ghost, op>>
  /\ UNCHANGED <<history, projected, churn, declared, fell>>

(***************************************************************************)
(* Operators.  Any number may believe to lead.                             *)
(***************************************************************************)
OnlyOps == UNCHANGED <<history, projected, pod, ghost, token, drain, churn, declared, fell>>

\* 1. The truth is read; what was gathered before is thrown away.
Read(o) ==
  /\ op[o].view # gen
  /\ op' = [op EXCEPT ![o] = IF Keeps("fresh-evidence") THEN [NoView EXCEPT !.view = gen]
                             ELSE [op[o] EXCEPT !.view = gen, !.shown = 0]]
  /\ OnlyOps

\* 2. The projection is written, upward only.
Project(o) ==
  /\ op[o].view > 0
  /\ IF Keeps("upward-projection") THEN projected < op[o].view ELSE projected # op[o].view
  /\ projected' = op[o].view
  /\ UNCHANGED <<history, pod, ghost, op, token, drain, churn, declared, fell>>

\* 3. The pods are listed, then every process is asked for its receipt and sent a canary of the pending key.
\* A silent one counts with the best that it ever proved: at most what it proves now, as evidence cannot fall.
Proves(p, silent) ==
  CASE pod[p].loaded = 0 -> pod[p].file
    [] p \in silent -> IF Keeps("silent-loaded") THEN Less(pod[p].loaded, pod[p].file) ELSE pod[p].file
    [] ~Keeps("loaded-counts") -> pod[p].file
    [] ~Keeps("durable-counts") -> pod[p].loaded
    [] OTHER -> Less(pod[p].loaded, pod[p].file)
Waited(o, p) == IF Keeps("since-projection") THEN Less(pod[p].down, op[o].shown) ELSE pod[p].down
NeverRan(p) == pod[p].report = "never" /\ pod[p].file = 0
LeftOut(o, p) ==
  /\ Watch /\ pod[p].report # "running"
  /\ \/ ~Keeps("report-lag")
     \/ Waited(o, p) >= (IF NeverRan(p) \/ ~Keeps("grace-wait") THEN 1 ELSE Grace + 1)
\* A process that answers always counts; any may fail to answer.
Counted(o, silent) == {p \in Pods :
  /\ pod[p].phase # "absent"
  /\ pod[p].phase = "ready" \/ Keeps("count-not-ready")
  /\ p \in Verifiers \/ Keeps("count-issuers")
  /\ (pod[p].loaded > 0 /\ p \notin silent) \/ ~LeftOut(o, p)}
Asked(o) == {k \in Kids : history[op[o].view].state[k] = "pending"}
List(o) ==
  /\ op[o].view > 0
  /\ projected >= op[o].view \/ ~Keeps("project-first")
  /\ \E silent \in SUBSET (IF Happens("silent") THEN {p \in Pods : pod[p].loaded > 0} ELSE {}) :
       LET counted == Counted(o, silent) IN
       op' = [op EXCEPT ![o].proof = Min({Proves(p, silent) : p \in counted}),
                        ![o].accepted = /\ Asked(o) # {}
                                        /\ \A p \in counted : /\ pod[p].loaded > 0 /\ p \notin silent
                                                              /\ Asked(o) \subseteq Accepted(pod[p].loaded)]
  /\ op' # op
  /\ OnlyOps

\* 4. It decides and writes: one step, the first rule that applies, on the ring that it read.
\* offset: how far the clock of the operator that decides is ahead of the slowest.
DrainLength == Lifetime + (IF Keeps("skew-in-drain") THEN Skew ELSE 0)
                        + (IF Keeps("operators-in-drain") THEN OpSkew ELSE 0)
                        + (IF Keeps("lease-in-drain") THEN Lease ELSE 0)

Commit(o, old, state, proven, offset) ==
  /\ history' = Append(history,
       [state |-> state,
        since |-> [k \in Kids |-> IF state[k] # old.state[k] THEN gen + 1 ELSE old.since[k]],
        proven |-> {k \in proven : state[k] = "pending"}])
  /\ drain' = [k \in Kids |-> IF state[k] # "draining" THEN 0
                              ELSE IF old.state[k] = "active" THEN DrainLength + offset ELSE drain[k]]
  /\ op' = [op EXCEPT ![o] = IF Keeps("fresh-evidence") THEN NoView ELSE [op[o] EXCEPT !.view = 0, !.shown = 0]]
  /\ fell' = (fell \/ \E k \in Kids : Rank[state[k]] < Rank[Truth.state[k]])
  /\ UNCHANGED <<projected, pod, ghost, token, churn, declared>>

\* Nobody signs after an emergency until a key is proven; without that rule the pending one signs at once.
Heirless(state) ==
  IF Keeps("heir-proof") \/ \E k \in Kids : state[k] = "active" THEN state
  ELSE [k \in Kids |-> IF state[k] = "pending" THEN "active" ELSE state[k]]

Decide(o, offset) ==
  /\ op[o].view > 0 /\ (op[o].view = gen \/ ~Keeps("compare-and-swap"))
  /\ LET old == history[op[o].view]
         In(s) == {k \in Kids : old.state[k] = s}
         Proof(k) == op[o].proof >= old.since[k]
         threats == {k \in declared : old.state[k] \in Live}
         finished == {k \in In("compromised") : Proof(k) \/ ~Keeps("finish-proof")}
         drained == {k \in In("draining") : drain[k] <= offset}
         fresh == Min(In("none"))
         pending == Min(In("pending"))
         active == Min(In("active"))
         heir == IF active # Nobody /\ active \notin threats THEN Nobody ELSE Min({k \in In("pending") \ threats : k \in old.proven \/ ~Keeps("proof")})
         spared == (In("pending") \ threats) \ {heir}
         isProven == pending \in old.proven \/ ~Keeps("proof")
         Write(state, proven) == Commit(o, old, state, proven, offset)
     IN CASE threats # {} ->
               Write(Heirless([k \in Kids |-> IF k \in threats THEN "compromised"
                                               ELSE IF k = heir THEN "active"
                                               ELSE IF k = fresh /\ spared = {} THEN "pending" ELSE old.state[k]]),
                     old.proven)
          [] threats = {} /\ finished # {} ->
               Write([k \in Kids |-> IF k \in finished THEN "revoked" ELSE old.state[k]], old.proven)
          [] threats = {} /\ finished = {} /\ drained # {} ->
               Write([k \in Kids |-> IF k \in drained THEN "retired" ELSE old.state[k]], old.proven)
          [] OTHER ->
               \/ /\ pending = Nobody /\ fresh # Nobody
                  /\ Write([old.state EXCEPT ![fresh] = "pending"], old.proven)
               \/ /\ pending # Nobody /\ ~isProven
                  /\ Proof(pending) /\ op[o].accepted
                  /\ Write(old.state, old.proven \cup {pending})
               \/ /\ pending # Nobody /\ isProven
                  /\ active = Nobody \/ op[o].accepted \/ ~Keeps("proof")
                  /\ Write([k \in Kids |-> IF k = pending THEN "active"
                                             ELSE IF k = active THEN "draining"
                                             ELSE IF k = fresh THEN "pending" ELSE old.state[k]], old.proven)

Declare ==
  /\ Emergency # "none" /\ declared = {}
  /\ LET live == {k \in Kids : Truth.state[k] \in Live}
     IN IF Emergency = "all" THEN declared' = live ELSE \E k \in live : declared' = {k}
  /\ UNCHANGED <<history, projected, pod, ghost, op, token, drain, churn, fell>>

Next ==
  \/ \E p \in Pods : Create(p) \/ Start(p) \/ BecomeReady(p) \/ Refresh(p) \/ Contact(p) \/ Crash(p) \/ Delete(p) \/ Report(p)
  \/ \E i \in Issuers : Sign(i)
  \/ GhostSigns \/ Tick \/ Declare
  \/ \E o \in Operators : Read(o) \/ Project(o) \/ List(o) \/ \E offset \in 0..OpSkew : Decide(o, offset)
Spec == Init /\ [][Next]_vars

\* What goes on by itself: processes start and keep in touch, time passes, an operator that goes on acting decides.
Fair ==
  /\ WF_vars(Tick)
  /\ \A p \in Pods : WF_vars(Create(p)) /\ WF_vars(Start(p)) /\ WF_vars(BecomeReady(p)) /\ WF_vars(Contact(p))
  /\ \A o \in Operators : /\ WF_vars(Read(o)) /\ WF_vars(Project(o)) /\ SF_vars(List(o))
                           /\ \A offset \in 0..OpSkew : SF_vars(Decide(o, offset))
LiveSpec == Spec /\ Fair

(***************************************************************************)
(* What must hold                                                          *)
(***************************************************************************)
TypeOK ==
  /\ projected \in 1..gen
  /\ \A p \in Pods : /\ pod[p].loaded \in 0..gen /\ pod[p].file \in 0..gen
                      /\ pod[p].phase \in {"absent", "down"} <=> pod[p].loaded = 0
  /\ \A k \in Kids : token[k] <= Acceptable /\ drain[k] <= DrainLength + OpSkew
Refuses(S) == \E k \in Kids : /\ token[k] > 0 /\ k \notin declared
                              /\ \E p \in S : pod[p].phase = "ready" /\ k \notin Accepted(pod[p].loaded)
AcceptsRevoked(S) == \E k \in Kids : /\ Truth.state[k] = "revoked"
                                     /\ \E p \in S : pod[p].phase = "ready" /\ k \in Accepted(pod[p].loaded)
S1 == ~Refuses(Verifiers)          \* a live credential of a key that nobody declared compromised is accepted
S1I == ~Refuses(Issuers)           \* ... and by issuers, which verify too
S2 == ~AcceptsRevoked(Verifiers)   \* a revoked key is accepted by none
S2I == ~AcceptsRevoked(Issuers)
S3 == Cardinality(Signing(gen)) <= 1
S4 == ~fell

\* Probes: each must be violated, so that a pass is not for want of progress.
NeverRetired == \A k \in Kids : Truth.state[k] # "retired"
NeverRevoked == \A k \in Kids : Truth.state[k] # "revoked"
NeverInherited == ~\E k, j \in Kids : /\ Truth.state[k] = "compromised" /\ Truth.state[j] = "active"
                                      /\ Truth.since[j] = Truth.since[k]

\* L: every rotation and every emergency ends.
Settled == \A k \in Kids : \/ Truth.state[k] \in {"none", "active", "retired", "revoked"}
                           \/ Truth.state[k] = "pending" /\ k \in Truth.proven
L == <>[]Settled

\* Generations that nobody can refer to any more do not tell states apart.
Unbound == {"confirm-issuer", "confirm-verifier", "own-file", "upward-memory"} \cap Without # {}
Oldest == IF Unbound THEN 1 ELSE
  Min(({projected, ghost.loaded} \cup {op[o].view : o \in Operators}
       \cup {pod[p].loaded : p \in Pods} \cup {pod[p].file : p \in Pods}) \ {0})
View == <<[g \in Oldest..gen |-> history[g]], projected, pod, ghost, op, token, drain, churn, declared, fell>>
Symmetry == Permutations(Issuers) \cup Permutations(Verifiers) \cup Permutations(Operators)
=============================================================================
