using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Peers;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Secrets.Identities;

namespace MpcSigner.Coordination.Rosters;

/// <summary>The roster in force here, and the only way to another: judged against the one before, made durable, adopted, announced, in this order and one at a time.</summary>
/// <remarks>waiting → judged off the machine's thread → durable → (own new identity loaded) → adopted. It never goes back, and of two that follow the same version the first one stays.</remarks>
internal sealed class RosterRoom(MachineContext context, PeerBook book, RosterAcks acks)
{
    /// <summary>While the roster names an identity that is not here, it is looked for so often.</summary>
    private static readonly TimeSpan IdentityPause = TimeSpan.FromSeconds(5);

    private readonly Queue<Proposal> _waiting = new();
    private bool _busy;

    private sealed record Proposal(SignedRoster Roster, Action<ServiceError?> Done);

    /// <summary>Another roster, or another identity of this node, is in force here. Peers are those of the new roster already.</summary>
    public event Action? Adopted;

    /// <summary>An administrator brings the next version. What counts is who signed it, not who brings it. The one in force once more is no change.</summary>
    public void Apply(CallId call, AdministratorCall.ApplyRoster apply) => Propose(new(apply.Roster, apply.Signatures), error =>
        context.Do(new NodeEffect.AnswerAdministrator(call, error is null ? new AdministratorReply.Accepted() : new AdministratorReply.Refused(error))));

    /// <param name="done">Told once: null when it is in force here.</param>
    public void Propose(SignedRoster roster, Action<ServiceError?> done)
    {
        if (!RosterLimits.Admit(roster.Bytes, roster.Signatures))
            done(Refusals.RosterRefused($"it has {roster.Bytes.Length} bytes and {roster.Signatures.Count} signatures; {RosterLimits.MaxRosterBytes} bytes and {RosterLimits.MaxSignatures} signatures of {RosterLimits.MaxSignatureBytes} bytes are the most"));
        else if (_waiting.Count >= RosterLimits.MaxWaiting)
            done(Refusals.Overloaded("rosters to judge"));
        else
        {
            _waiting.Enqueue(new(roster, done));
            JudgeNext();
        }
    }

    /// <summary>The process has begun: with an identity that the roster does not name, it may yet be found.</summary>
    public void Begin()
    {
        if (context.Members.LacksIdentity)
            LookForIdentity();
    }

    private void JudgeNext()
    {
        if (_busy || !_waiting.TryDequeue(out var proposal))
            return;
        _busy = true;
        var judgement = new RosterJudgement(context.Setup.Rosters, context.Members, context.Self, proposal.Roster);
        context.Compute(judgement, () =>
        {
            if (judgement.Next is { } next)
                Accept(proposal, next);
            else
                End(proposal, judgement.Error);
        });
    }

    private void Accept(Proposal proposal, Membership next)
    {
        var roster = next.Roster;
        var row = new RosterRow(
            roster.Version, roster.Hash, proposal.Roster.Bytes, proposal.Roster.Signatures, acks.OwnFor(roster), context.Now.Wall);
        var batch = new Batch().Write(new StoreWrite.AppendRoster(row)).Log(AuditKind.RosterAccepted, default, default, Detail(roster));
        context.Commit(batch, () => BecomeMember(next, signer =>
        {
            Adopt(next.With(signer));
            End(proposal, null);
        }));
    }

    /// <summary>Roster and own identity change together: nobody sees this node under the new roster sign with the former key.</summary>
    private void BecomeMember(Membership next, Action<IIdentitySigner> then)
    {
        var members = next.With(context.Identity);
        if (members.LacksIdentity)
            LoadIdentity(members, then, _ => then(context.Identity));
        else
            then(context.Identity);
    }

    private void Adopt(Membership next)
    {
        var former = context.Members;
        context.Adopt(next);
        acks.Begin(next.Roster, isStored: true);
        context.Do(new NodeEffect.RosterAdopted(next.Roster));
        context.Observe(new Observation.RosterAdopted(next.Roster.Version, next.Roster.Hash));
        if (next.Obstacle is { } obstacle)
            context.Observe(new Observation.TakesNoPart(obstacle.Message));
        Switched(former);
        book.Adopt();
        Adopted?.Invoke();
        if (next.LacksIdentity)
            context.StartTimer(IdentityPause, LookForIdentity);
    }

    private void LookForIdentity()
    {
        if (!context.Members.LacksIdentity)
            return;
        var members = context.Members;
        LoadIdentity(members, signer =>
        {
            if (context.Members != members)
                return; // another roster came meanwhile, with a search of its own
            context.Adopt(members.With(signer));
            Switched(members);
            Adopted?.Invoke();
        },
        why =>
        {
            context.Observe(new Observation.TakesNoPart($"{members.Obstacle!.Message} ({why})"));
            context.StartTimer(IdentityPause, LookForIdentity);
        });
    }

    private void LoadIdentity(Membership members, Action<IIdentitySigner> loaded, Action<string> unavailable)
    {
        var wanted = members.Identities[context.Self];
        context.LoadIdentity(wanted, signer =>
        {
            if (signer.PublicKey.Equals(wanted))
                loaded(signer);
            else
                throw new InvalidOperationException("the host gave another identity than was asked for");
        }, unavailable);
    }

    /// <summary>Whichever process reads the store from here on finds the roster that names the key: the former one serves only what began under it.</summary>
    private void Switched(Membership former)
    {
        if (former.Signer.PublicKey.Equals(context.Identity.PublicKey))
            return;
        context.Do(new NodeEffect.IdentityAdopted(context.Identity.PublicKey));
        context.Observe(new Observation.IdentityChanged(context.Identity.PublicKey.ToString()));
    }

    private void End(Proposal proposal, ServiceError? error)
    {
        _busy = false;
        proposal.Done(error);
        JudgeNext();
    }

    private static byte[] Detail(Roster roster) => new ByteWriter(4 + Digest32.Size).U32(roster.Version).Bytes32(roster.Hash.Value).ToArray();
}
