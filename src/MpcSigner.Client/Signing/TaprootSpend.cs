using MpcSigner.Client.Errors;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;

namespace MpcSigner.Client;

/// <summary>Which key a Taproot key signs under. It is part of the signed request: nodes verify the signature under that very key.</summary>
public sealed class TaprootSpend
{
    private TaprootSpend(TaprootOutput output) => Output = output;

    /// <summary>The output key by the key path, without scripts (BIP-341, BIP-86): the key of the Bitcoin address. What a request uses that names nothing.</summary>
    public static TaprootSpend KeyPath { get; } = new(TaprootOutput.KeyPath);

    /// <summary>The key itself, by its x: BIP-340 without a tweak. For protocols outside Bitcoin, and for keys that are tweaked already.</summary>
    public static TaprootSpend Untweaked { get; } = new(TaprootOutput.None);

    internal TaprootOutput Output { get; }

    /// <summary>The output key by the key path of an output that also has scripts.</summary>
    /// <param name="merkleRoot">The scripts' merkle root, 32 bytes.</param>
    /// <exception cref="MpcSignerException">MALFORMED_REQUEST for another length.</exception>
    public static TaprootSpend KeyPathWithScripts(ReadOnlyMemory<byte> merkleRoot) => merkleRoot.Length == TaprootOutput.RootSize
        ? new(TaprootOutput.KeyPathWithRoot(merkleRoot.Span))
        : throw new MpcSignerException(FailureKind.Invalid, "MALFORMED_REQUEST", $"A merkle root has {TaprootOutput.RootSize} bytes, not {merkleRoot.Length}.", "Give the root of the output's script tree.", []);

    /// <summary>What a request names: what is asked for, else what the suite's keys are used by.</summary>
    internal static TaprootOutput OutputOf(TaprootSpend? asked, Suite suite) =>
        asked?.Output ?? (suite == Suite.FrostSecp256k1Taproot ? TaprootOutput.KeyPath : TaprootOutput.None);
}
