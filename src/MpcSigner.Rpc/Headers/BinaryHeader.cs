namespace MpcSigner.Rpc;

/// <summary>The value of a <c>-bin</c> header: base64, sent without padding, accepted with or without.</summary>
/// <remarks>gRPC over HTTP/2, "Custom-Metadata".</remarks>
internal static class BinaryHeader
{
    public static string Encode(ReadOnlySpan<byte> value) => Convert.ToBase64String(value).TrimEnd('=');

    /// <summary>Reads one value; false when it is not base64. The bound is that of the headers as a whole.</summary>
    public static bool TryDecode(ReadOnlySpan<char> encoded, out byte[] value)
    {
        value = [];
        var unpadded = encoded.TrimEnd('=');
        if (unpadded.Length % 4 == 1 || encoded.Length - unpadded.Length > 2)
            return false;

        var padded = new char[(unpadded.Length + 3) / 4 * 4];
        unpadded.CopyTo(padded);
        padded.AsSpan(unpadded.Length).Fill('=');
        var decoded = new byte[padded.Length / 4 * 3];
        if (!Convert.TryFromBase64Chars(padded, decoded, out var length))
            return false;
        value = decoded[..length];
        return true;
    }
}
