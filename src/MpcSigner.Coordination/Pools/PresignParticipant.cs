using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Coordination.Requests;
using MpcSigner.Coordination.Sessions;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Pools;

/// <summary>A signer that is asked to presign: reads the key, compares the session with it, runs both rounds, keeps what comes of it, and says READY.</summary>
internal sealed class PresignParticipant(Rooms rooms, ParticipantSession session, PresignStart start, PartyId initiator) : IParticipant, IPresignOwner
{
    private readonly MachineContext _context = rooms.Context;
    /// <summary>Two rounds of each of 15 others.</summary>
    private const int MaxEarly = 32;

    private readonly EarlyMessages _early = new(MaxEarly);
    private KeyRow? _key;
    private PresignRun? _run;
    private bool _isMaking;
    private bool _over;

    public void Begin()
    {
        _isMaking = rooms.Holdings.TryBeginMaking(session.Initiator);
        if (!_isMaking)
        {
            session.Refuse(Refusals.Overloaded("presign sessions under way"));
            return;
        }
        _context.Read([new StoreQuery.FindKey(start.Key)],
            answers => OnKey(_context.StoppedKeys.Judge(((StoreAnswer.Key)answers[0]).Row)),
            _ => Refuse(Refusals.Storage()));
    }

    /// <summary>Others may be a round ahead while our own share is still being opened.</summary>
    public void Received(OpenedMessage message)
    {
        if (_run is { } run)
            run.Received(message);
        else if (message.Type != MessageType.Round)
            message.Dispose();
        else
            _early.Keep(message);
    }

    public void Ended(string why) => Dispose();

    public void Made(PresignResult result)
    {
        EndMaking();
        session.Send(MessageType.Ready, 0, initiator, result.EncodeReady());
        var terms = new HeldTerms(session.Initiator, initiator, session.InitiatorInstance, _key!.Record.KeyId, _key.RecordHash, [.. session.Parties.Select(party => party.Pid)]);
        rooms.Holdings.Add(new(_context, terms, session.TakeChannel(),
            result.Presignatures.Select(presignature => new HeldMaterial.Presigned(presignature)), _context.Settings.Pools.Life));
    }

    /// <summary>The initiator hears that it is over, and no more (C7): who is to blame is our own knowledge.</summary>
    public void Failed(IReadOnlyList<NodeReason> failed) => Refuse(new(Reason.NotReady, "The presign session came to nothing.", "Try again."));

    private void OnKey(KeyRow? row)
    {
        if (_over)
            return;
        if (!TryJudge(row, out var input, out var error))
        {
            session.Refuse(error!);
            return;
        }
        rooms.Holdings.Retire(session.Initiator, row!.RecordHash, [.. session.Parties.Select(party => party.Pid)], [.. start.Kept]);
        _key = row;
        rooms.Pairs.Ensure([.. input!.Signers.Select(signer => signer.Nid).Where(nid => nid != _context.Self)],
            () => OnPairs(row, input), without => Refuse(new(Reason.NotReady, $"There is no pair setup with {string.Join(", ", without.Select(node => node.NodeName))}.", "Try again in a moment.")));
    }

    private bool TryJudge(KeyRow? row, out PresignInput? input, out ServiceError? error)
    {
        input = null;
        error = row is null ? Refusals.UnknownKey(start.Key, _context.NameOf(_context.Self))
            : row.State == KeyState.Destroyed ? Refusals.KeyDestroyed(start.Key)
            : row.State != KeyState.Active ? Refusals.KeyPending($"Key {start.Key}")
            : session.Terms.Subject != row.RecordHash || session.Terms.Suite != row.Record.Suite ? Apart()
            : !row.HasShare ? ShareRefusals.Behind(_context, row)
            : !PresignInput.TryDecode(row.Record, start.Input.Span, out input) || !AreThoseOfTheSession(input)
                ? Refusals.Protocol("The session's inputs are not those of its joins.")
            : rooms.Holdings.Judge(session.Initiator, input.Count, start.InLine);
        return error is null;
    }

    private ServiceError Apart()
    {
        rooms.Generations.Met(start.Key, session.Initiator);
        return MaterialRefusals.OtherGeneration(start.Key);
    }

    private void OnPairs(KeyRow row, PresignInput input)
    {
        if (_over)
            return;
        Dictionary<NodeId, PairSetup> setups = [];
        foreach (var signer in input.Signers.Where(signer => signer.Nid != _context.Self))
        {
            if (rooms.Pairs.Find(signer.Nid) is { } setup && setup.Nodes.PeerInstance == signer.Instance)
                setups.Add(signer.Nid, setup);
        }
        if (setups.Count < input.Signers.Count - 1)
        {
            // Unless a setup has died this moment: that shows once it is durable.
            rooms.Pairs.Verdicts.WhenRecorded(input.Signers.Select(signer => signer.Nid).Where(nid => nid != _context.Self),
                () => Refuse(new(Reason.NotReady, "A signer's process is not the one of its pair setup.", "Try again.")));
            return;
        }
        _context.LoadShare(row.Record.KeyId, row.Record.Generation, share => OnShare(input, setups, share), why => Refuse(Refusals.Seal(why)));
    }

    /// <summary>ctx is made of what everybody has signed in the joins, and of nothing else.</summary>
    private bool AreThoseOfTheSession(PresignInput input) =>
        input.Initiator == session.Initiator && input.InitiatorInstance == session.InitiatorInstance && input.Session == session.Terms.Session
        && input.Signers.Select(signer => (signer.Pid, signer.Nid)).SequenceEqual(session.Parties)
        && input.Signers.All(signer => session.InstanceOf(signer.Nid) == signer.Instance);

    private void OnShare(PresignInput input, Dictionary<NodeId, PairSetup> setups, SecretScalar share)
    {
        if (_over)
        {
            share.Dispose();
            return;
        }
        _run = new(rooms, input, share, setups, session, this);
        _early.HandOn(_run.Received);
    }

    private void Refuse(ServiceError error)
    {
        if (!_over)
            session.Refuse(error);
    }

    /// <summary>The session's share of what a peer may have under way here is free again.</summary>
    private void EndMaking()
    {
        if (_isMaking)
            rooms.Holdings.EndMaking(session.Initiator);
        _isMaking = false;
    }

    public void Dispose()
    {
        _over = true;
        EndMaking();
        _run?.Dispose();
        _early.Dispose();
    }
}
