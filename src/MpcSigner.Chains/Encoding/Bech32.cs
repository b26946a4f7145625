namespace MpcSigner.Chains.Encoding;

/// <summary>Segregated witness addresses: Bech32 (BIP-173) for witness version 0, Bech32m (BIP-350) for 1 to 16.</summary>
/// <remarks>Writes only: what comes in as text is compared as text.</remarks>
public static class Bech32
{
    private const string Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private const uint Bech32Constant = 1, Bech32mConstant = 0x2bc830a3;
    private const int ChecksumLength = 6, MaxVersion = 16, MinProgram = 2, MaxProgram = 40;

    private static ReadOnlySpan<uint> Generator => [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

    /// <param name="prefix">The network's human-readable part, in lower case: "bc" for Bitcoin.</param>
    /// <param name="version">0..16.</param>
    /// <param name="program">2..40 bytes; for version 0 exactly 20 or 32.</param>
    /// <exception cref="ArgumentException">A version or a program that BIP-141 does not know.</exception>
    public static string EncodeWitness(string prefix, int version, ReadOnlySpan<byte> program)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        if (version is < 0 or > MaxVersion)
            throw new ArgumentException($"a witness version is 0..{MaxVersion}, not {version}", nameof(version));
        if (program.Length is < MinProgram or > MaxProgram || (version == 0 && program.Length is not (20 or 32)))
            throw new ArgumentException($"no witness program of version {version} has {program.Length} bytes", nameof(program));
        List<byte> words = [(byte)version, .. ToWords(program)];
        var checksum = Checksum(prefix, words, version == 0 ? Bech32Constant : Bech32mConstant);
        return string.Concat([.. prefix, '1', .. words.Concat(checksum).Select(word => Alphabet[word])]);
    }

    /// <summary>Bytes as groups of five bits, the last one filled with zeros.</summary>
    private static List<byte> ToWords(ReadOnlySpan<byte> bytes)
    {
        List<byte> words = [];
        var (buffer, bits) = (0, 0);
        foreach (var value in bytes)
        {
            buffer = ((buffer << 8) | value) & 0xfff;
            for (bits += 8; bits >= 5; bits -= 5)
                words.Add((byte)((buffer >> (bits - 5)) & 31));
        }
        if (bits > 0)
            words.Add((byte)((buffer << (5 - bits)) & 31));
        return words;
    }

    private static IEnumerable<byte> Checksum(string prefix, List<byte> words, uint constant)
    {
        var state = 1u;
        foreach (var character in prefix)
            state = Step(state, (uint)character >> 5);
        state = Step(state, 0);
        foreach (var character in prefix)
            state = Step(state, character & 31u);
        foreach (var word in words)
            state = Step(state, word);
        for (var i = 0; i < ChecksumLength; i++)
            state = Step(state, 0);
        state ^= constant;
        return Enumerable.Range(0, ChecksumLength).Select(i => (byte)((state >> (5 * (ChecksumLength - 1 - i))) & 31));
    }

    private static uint Step(uint state, uint value)
    {
        var top = state >> 25;
        state = ((state & 0x1ffffff) << 5) ^ value;
        for (var i = 0; i < Generator.Length; i++)
            state ^= ((top >> i) & 1) == 0 ? 0 : Generator[i];
        return state;
    }
}
