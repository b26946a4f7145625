using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Watch;
using MpcSigner.Wire.Requests;

namespace MpcSigner.Simulation.Cheats.Lies;

/// <summary>Where the parts of a signed round's message stand (spec §9.1, §10, §16.1), as follows from the order.</summary>
/// <param name="Points">Of round 2.</param>
/// <param name="Proofs">Of rounds 2 and 3.</param>
/// <param name="BroadcastSize">What the first signature covers.</param>
/// <param name="SharesSize">What the second signature covers; 0 where none are dealt.</param>
public sealed record MessageParts(
    bool IsLittleEndian, int PointSize, Range Points, Range Salt, Range Proofs, Range Records, int BroadcastSize, int SharesSize)
{
    private const int Field = 32;
    private const int SignatureSize = 64;

    private static readonly MessageParts Nothing = new(false, 33, 0..0, 0..0, 0..0, 0..0, 0, 0);

    public Range Shares => ^(SignatureSize + SharesSize)..^SignatureSize;

    public Range BroadcastSignature => BroadcastSize..(BroadcastSize + SignatureSize);

    /// <summary>One proof, or one public share that a proof is for.</summary>
    public int ProofSize => PointSize + Field;

    public static MessageParts Of(SentMessage sent)
    {
        if (sent.Type != MessageType.Round)
            return Nothing;
        return sent.Session.Terms.Protocol switch
        {
            ProtocolKind.Dkg when sent.Session.Order is { } order => OfCreation(sent, order),
            ProtocolKind.Refresh or ProtocolKind.Reshare or ProtocolKind.Recovery => OfMaintenance(sent),
            _ => Nothing,
        };
    }

    private static MessageParts OfCreation(SentMessage sent, SignedRequest order)
    {
        if (!new RequestBodyCodec().TryDecode(order.Body.Span, out var body, out _) || body.Action is not RequestAction.CreateKeys action)
            throw new TapException("a creation without its order");
        var (group, n) = (Groups.For(action.Suite.Curve()), action.Count);
        var proof = group.PointSize + Field;
        return sent.Round switch
        {
            1 => Of(group, 0, 0, 0, 2 * Field, 0),
            2 => Opening(group, n * action.Threshold, n * Field, n * proof, n * Field),
            _ => Of(group, 0, 2 * Field, n * proof, 2 * Field + n * proof, 0),
        };
    }

    private static MessageParts OfMaintenance(SentMessage sent)
    {
        if (sent.Sender.Store.Maintenance.FirstOrDefault(row => row.Order == sent.Session.Terms.Subject) is not { } row)
            return Nothing;
        var action = Administration.ActionOf(row.Signed);
        var (group, n) = (Groups.For(action.Suite.Curve()), action.Keys.Count);
        var proof = group.PointSize + Field;
        var points = action switch { MaintenanceAction.Refresh => action.Threshold - 1, MaintenanceAction.Reshare reshare => reshare.NewThreshold, _ => action.Threshold };
        switch (sent.Round)
        {
            case 1:
                var records = sent.Payload.Length - 2 * Field - SignatureSize;
                return Of(group, 0, 0, 0, 2 * Field + records, 0) with { Records = (2 * Field)..(2 * Field + records) };
            case 2:
                var broadcast = Field + n * points * group.PointSize + Field;
                return Opening(group, n * points, 0, 0, sent.Payload.Length > broadcast + SignatureSize ? n * Field : 0);
            default:
                return action is MaintenanceAction.Recover
                    ? Of(group, 0, 0, 0, Field + n * Field, 0) with { Proofs = Field..(Field + n * Field) }
                    : Of(group, 0, 2 * Field, n * proof, 2 * Field + n * proof, 0);
        }
    }

    /// <summary>T1 ‖ points ‖ chain-code parts ‖ salt ‖ proofs.</summary>
    private static MessageParts Opening(IGroup group, int points, int chainCodes, int proofs, int shares)
    {
        var (first, size) = (Field, points * group.PointSize);
        var salt = first + size + chainCodes;
        return Of(group, size, salt + Field, proofs, salt + Field + proofs, shares) with { Salt = salt..(salt + Field) };
    }

    private static MessageParts Of(IGroup group, int points, int proofsAt, int proofs, int broadcast, int shares) => new(
        group.Curve == Curve.Edwards25519, group.PointSize, Field..(Field + points), 0..0, proofsAt..(proofsAt + proofs), 0..0, broadcast, shares);
}
