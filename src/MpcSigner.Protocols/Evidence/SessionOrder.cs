using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Cryptography.KeyRecords;

namespace MpcSigner.Protocols.Evidence;

/// <summary>
/// Whether the order in an evidence file is the one that the session's inputs name. What it says, and whether its signers might order it, is not judged: whoever signed under the
/// session's context had judged that before, and a cheat is a cheat under any order.
/// </summary>
internal static class SessionOrder
{
    public static bool IsShown(EvidenceFile file) => file.Subject switch
    {
        EvidenceSubject.KeyGeneration made => OrderHash.Compute(OrderKind.Creation, new(SHA256.HashData(made.Order.Body.Span)), made.Order.Client.Value) == made.Input.Order,
        // The numbers of orders and protocols are the same (spec §3.4, §4.10).
        EvidenceSubject.Maintenance maintained => OrderHash.Compute(
            (OrderKind)(byte)maintained.Protocol, new(SHA256.HashData(maintained.Order.Body.Span)), SignerId(maintained.Order, file.Roster)) == maintained.Input.Terms.Order,
        EvidenceSubject.Signing => true, // the request stands in the share
        _ => throw new ArgumentException("a subject of no known kind", nameof(file)),
    };

    /// <summary>An order without signatures rests on a schedule of the roster under which the session ran.</summary>
    private static Bytes32 SignerId(SignedOrder order, Digest32 roster) => order.Signatures.Count switch
    {
        0 => roster.Value,
        1 => order.Signatures[0].Administrator.Value,
        _ => OrderHash.SignersId([.. order.Signatures.Select(signature => signature.Administrator.Value)]),
    };
}
