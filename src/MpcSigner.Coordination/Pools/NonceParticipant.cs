using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Coordination.Requests;
using MpcSigner.Coordination.Sessions;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Pools;

/// <summary>A signer that is asked for nonce commitments: reads the key, opens its share, draws the nonces, keeps them, and answers with D ‖ E of each.</summary>
/// <remarks>Nothing durable comes of it, and nobody's request is behind it: what a commitment is used for is judged when it is.</remarks>
internal sealed class NonceParticipant(Rooms rooms, ParticipantSession session, NonceStart start, PartyId initiator) : IParticipant
{
    private readonly MachineContext _context = rooms.Context;
    private NonceMaking? _making;
    private bool _over;

    public void Begin()
    {
        if (rooms.Holdings.Judge(session.Initiator, start.Count, start.InLine) is { } full)
        {
            session.Refuse(full);
            return;
        }
        _context.Read([new StoreQuery.FindKey(start.Key)],
            answers => OnKey(_context.StoppedKeys.Judge(((StoreAnswer.Key)answers[0]).Row)),
            _ => Refuse(Refusals.Storage()));
    }

    /// <summary>The initiator has all it came for in START; anything else it sends is no message of ours.</summary>
    public void Received(OpenedMessage message) => message.Dispose();

    public void Ended(string why) => Dispose();

    private void OnKey(KeyRow? row)
    {
        if (_over)
            return;
        if (Judge(row) is { } error)
        {
            session.Refuse(error);
            return;
        }
        rooms.Holdings.Retire(session.Initiator, row!.RecordHash, [.. session.Parties.Select(party => party.Pid)], [.. start.Kept]);
        _context.LoadShare(row.Record.KeyId, row.Record.Generation, share => OnShare(row, share), why => Refuse(Refusals.Seal(why)));
    }

    /// <summary>The session is of this key in our own record, between the two of its parties that it names.</summary>
    private ServiceError? Judge(KeyRow? row)
    {
        if (row is null)
            return Refusals.UnknownKey(start.Key, _context.NameOf(_context.Self));
        if (row.State == KeyState.Destroyed)
            return Refusals.KeyDestroyed(start.Key);
        if (row.State != KeyState.Active)
            return Refusals.KeyPending($"Key {start.Key}");
        if (session.Terms.Subject == row.RecordHash && !row.HasShare)
            return ShareRefusals.Behind(_context, row);
        if (session.Terms.Subject != row.RecordHash || session.Terms.Suite != row.Record.Suite)
        {
            rooms.Generations.Met(start.Key, session.Initiator);
            return MaterialRefusals.OtherGeneration(start.Key);
        }
        return session.Parties.Count != 2 || session.Parties.Any(party => row.Record.Find(party.Pid)?.Nid != party.Nid)
            ? Refusals.Protocol("The session's members are not two parties of the key.")
            : null;
    }

    private void OnShare(KeyRow row, SecretScalar share)
    {
        if (_over)
        {
            share.Dispose();
            return;
        }
        var self = session.Parties.First(party => party.Nid == _context.Self).Pid;
        var making = _making = new(row.Record, self, share, session.Initiator, start.Count, _context.Setup.Random);
        _context.Compute(making, () => OnMade(row, making));
    }

    private void OnMade(KeyRow row, NonceMaking making)
    {
        using (making)
        {
            _making = null;
            if (_over)
                return;
            if (making.Shortage is not null)
            {
                session.Refuse(Refusals.Overloaded("secrets in locked memory"));
                return;
            }
            var pairs = making.Take();
            var life = _context.Settings.Pools.Life;
            session.Send(MessageType.FrostCommitment, 0, initiator, new NonceReply(life, [.. pairs.Select(pair => pair.Commitment)]).Encode());
            var terms = new HeldTerms(session.Initiator, initiator, session.InitiatorInstance, row.Record.KeyId, row.RecordHash, [.. session.Parties.Select(party => party.Pid)]);
            rooms.Holdings.Add(new(_context, terms, session.TakeChannel(), pairs.Select(pair => new HeldMaterial.Nonces(pair)), life));
        }
    }

    private void Refuse(ServiceError error)
    {
        if (!_over)
            session.Refuse(error);
    }

    public void Dispose()
    {
        _over = true;
        _making?.Cancel();
    }
}
