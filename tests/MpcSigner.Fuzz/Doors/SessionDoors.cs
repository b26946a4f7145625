using MpcSigner.Core.Keys;
using MpcSigner.Fuzz.Engine;
using MpcSigner.Fuzz.Mutation;
using MpcSigner.Fuzz.Seeds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Fuzz.Doors;

/// <summary>
/// Messages inside sessions, beyond their seals: a party changes one of its own, of any kind, to all or to one, and seals it as its machine would. Whatever it says, nobody halts, nobody else is blamed,
/// and afterwards the others sign.
/// </summary>
internal static class SessionDoors
{
    public static IEnumerable<Door> All =>
    [
        Of(ProtocolKind.Dkg, Suite.FrostEd25519), Of(ProtocolKind.Frost, Suite.FrostEd25519), Of(ProtocolKind.Refresh, Suite.FrostEd25519), Of(ProtocolKind.Reshare, Suite.FrostEd25519),
        Of(ProtocolKind.Recovery, Suite.FrostEd25519), Of(ProtocolKind.PairSetup, Suite.EcdsaSecp256k1), Of(ProtocolKind.Presign, Suite.EcdsaSecp256k1),
    ];

    private static Door Of(ProtocolKind protocol, Suite suite) => new($"session/{protocol.ToString().ToLowerInvariant()}", Grammar.Binary, Changes, () => new ChangedSession(protocol, suite),
        protocol switch
        {
            ProtocolKind.Dkg => ["DkgOpening.TryDecode", "ShareConfirmation.TryDecode"],
            ProtocolKind.Refresh => ["MaintenanceOpening.TryDecode"],
            ProtocolKind.PairSetup => ["PairHandshake.Decode"],
            ProtocolKind.Presign => ["PresignOpening.TryRead"],
            _ => [],
        })
        {
            // One operation after the other, the last without a change. ECDSA's long arithmetic has its second.
            EpisodeLength = 3, AllocatedAtMost = 256 << 20, AcceptsSeeds = false, Share = suite == Suite.EcdsaSecp256k1 ? 0.002 : 0.01,
        };

    /// <summary>Which message ‖ who begins, to whom ‖ (what is done ‖ where, 16 bits ‖ with which byte)…: see <see cref="PayloadChange"/>.</summary>
    private static IEnumerable<byte[]> Changes()
    {
        for (byte message = 0; message < 12; message++)
        {
            yield return [message, 0, 0, 0, (byte)(7 * message), 1];
            yield return [message, 1, 1, 0, 40, 0xff, 2, 0, 8, 0];
            yield return [message, 2, 3, 0, 1, 0, 4, 1, 0, 200];
            yield return [message, 3, 5, 0, 32, 32];
        }
    }
}
