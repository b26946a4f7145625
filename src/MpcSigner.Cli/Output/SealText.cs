using MpcSigner.Client;

namespace MpcSigner.Cli.Output;

/// <summary>How a node's seal stands, as every tool of the cluster writes it.</summary>
internal static class SealText
{
    public static string Of(NodeSeal seal) => seal switch
    {
        NodeSeal.Unknown => "UNKNOWN",
        NodeSeal.Unsealed => "UNSEALED",
        NodeSeal.Sealed => "SEALED",
        NodeSeal.TokenLost => "TOKEN_LOST",
    };
}
