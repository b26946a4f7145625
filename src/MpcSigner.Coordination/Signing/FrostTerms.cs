using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Requests;
using MpcSigner.Protocols.Frost;

namespace MpcSigner.Coordination.Signing;

/// <summary>What a client's request says about the key of a FROST session: its path and, for Taproot, its output (spec §19.3, §19.5).</summary>
internal readonly record struct FrostTerms(IReadOnlyList<uint> Path, FrostMode Mode, ReadOnlyMemory<byte> Root)
{
    public static FrostTerms Of(SigningCase signing) => new(signing.Action.Path, ModeOf(signing.Action.Taproot.Mode), signing.Action.Taproot.Root);

    /// <summary>Whether a coordinator's request is on the very same terms.</summary>
    public bool AreThoseOf(FrostRequest request) => request.Path.SequenceEqual(Path) && request.Mode == Mode && request.Root.Span.SequenceEqual(Root.Span);

    private static FrostMode ModeOf(TaprootMode mode) => mode switch
    {
        TaprootMode.None => FrostMode.None,
        TaprootMode.KeyPath => FrostMode.KeyPath,
    };
}
