namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Setup;

/// <summary>33 bytes that are no point of secp256k1 (spec §3.1), each in another way.</summary>
internal static class NoPoint
{
    public static string[] Kinds { get; } = ["not on the curve", "x above p", "x = p", "zero", "identity", "uncompressed", "hybrid", "prefix 05"];

    private const string X = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

    public static byte[] Of(string kind) => Convert.FromHexString(kind switch
    {
        "not on the curve" => "020000000000000000000000000000000000000000000000000000000000000005",
        "x above p" => "02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30",
        "x = p" => "03fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
        "zero" => "020000000000000000000000000000000000000000000000000000000000000000",
        "identity" => "000000000000000000000000000000000000000000000000000000000000000000",
        "uncompressed" => "04" + X,
        "hybrid" => "06" + X,
        "prefix 05" => "05" + X,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind),
    });
}
