using System.Runtime.CompilerServices;
using MpcSigner.Coordination.Pairs;
using MpcSigner.Core.Identities;
using MpcSigner.HostileNode.Host;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats.Ecdsa;

/// <summary>A sender of all-but-one seeds that changes one of a level's two corrections (spec §5.2, selective failure): the peer uses it, or it does not.</summary>
/// <remarks>The node goes by the setup_id of what it has sent, as whoever cheats would: so its host puts that in the place of its machine's own.</remarks>
internal sealed class OneCorrectionCheat : Cheat
{
    private const byte M1 = 1, M2 = 2, M3 = 3;

    /// <summary>The peer's M1 of each session.</summary>
    private readonly Dictionary<SessionId, byte[]> _heard = [];

    /// <summary>setup_id of what was sent in it.</summary>
    private readonly Dictionary<SessionId, Digest32> _ids = [];

    public override void Heard(SessionMessage message, Hand hand)
    {
        if (message is not { Protocol: ProtocolKind.PairSetup, Type: MessageType.Round })
            return;
        if (message.Round == M1)
            _heard[message.Session.Terms.Session] = message.Payload;
        // The peer confirms by it. A state that was on its way to the next when M2 left has come there by now.
        if (message.Round == M3 && _ids.TryGetValue(message.Session.Terms.Session, out var id))
            GoBy(id, message.From, hand);
    }

    protected override byte[]? Says(SessionMessage message, Hand hand)
    {
        if (message is not { Protocol: ProtocolKind.PairSetup, Type: MessageType.Round, Round: M2 })
            return message.Payload;
        byte[] bent = [.. message.Payload];
        bent.AsSpan(SetupLayout.TreesRange)[0] ^= 1;
        var m1 = SetupMessages.Digest(SetupMessage.M1, _heard[message.Session.Terms.Session]);
        var id = new SetupDirection(new(bent.AsSpan(0, Digest32.Size)), 0).Id(m1, SetupMessages.Digest(SetupMessage.M2, bent));
        _ids[message.Session.Terms.Session] = id;
        GoBy(id, message.To, hand);
        hand.Done($"{message.To}");
        return bent;
    }

    private static void GoBy(Digest32 id, NodeId peer, Hand hand)
    {
        switch (EntriesOf(hand.Pairs)[peer].Run is { } run ? StateOf(PartyOf(run)) : null)
        {
            case AwaitingSeeds seeds:
                OfSeeds(seeds) = OfSeeds(seeds) with { Id = id };
                break;
            case AwaitingConfirmation confirmation:
                OfConfirmation(confirmation) = OfConfirmation(confirmation) with { Id = id };
                break;
            default:
                break; // the peer has used what was changed, and the run is over
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_entries")]
    private static extern ref SortedDictionary<NodeId, PairEntry> EntriesOf(PairBook book);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_party")]
    private static extern ref PairSetupParty PartyOf(PairRun run);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_state")]
    private static extern ref IDisposable StateOf(PairSetupParty party);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<receiving>P")]
    private static extern ref PairDirection<OtReceiverSeeds> OfSeeds(AwaitingSeeds state);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<receiving>P")]
    private static extern ref PairDirection<OtReceiverSeeds> OfConfirmation(AwaitingConfirmation state);
}
