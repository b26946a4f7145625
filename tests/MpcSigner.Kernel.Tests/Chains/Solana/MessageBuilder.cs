namespace MpcSigner.Kernel.Tests.Chains.Solana;

/// <summary>Writes messages field by field, also such as no library would make. Starts as a plain transfer of 7 lamports from A(1) to A(2).</summary>
internal sealed class MessageBuilder
{
    public byte? Version { get; init; }

    public byte[] Header { get; init; } = [1, 0, 1];

    public List<byte[]> Accounts { get; init; } = [A(1), A(2), System];

    public List<(byte Program, byte[] Accounts, byte[] Data)> Instructions { get; init; } = [(2, [0, 1], TransferData(7))];

    public List<(byte[] Table, byte[] Writable, byte[] Readonly)> Lookups { get; init; } = [];

    public static byte[] System { get; } = new byte[32];

    public static byte[] A(byte fill) => [.. Enumerable.Repeat(fill, 32)];

    public static byte[] TransferData(ulong lamports) => [2, 0, 0, 0, .. BitConverter.GetBytes(lamports)];

    public byte[] Build()
    {
        List<byte> bytes = [];
        if (Version is { } version)
            bytes.Add((byte)(0x80 | version));
        bytes.AddRange(Header);
        bytes.AddRange(Compact(Accounts.Count));
        bytes.AddRange(Accounts.SelectMany(a => a));
        bytes.AddRange(A(0xbb));
        bytes.AddRange(Compact(Instructions.Count));
        foreach (var (program, accounts, data) in Instructions)
            bytes.AddRange([program, .. Compact(accounts.Length), .. accounts, .. Compact(data.Length), .. data]);
        if (Version is not null)
        {
            bytes.AddRange(Compact(Lookups.Count));
            foreach (var (table, writable, readOnly) in Lookups)
                bytes.AddRange([.. table, .. Compact(writable.Length), .. writable, .. Compact(readOnly.Length), .. readOnly]);
        }
        return [.. bytes];
    }

    public static byte[] Compact(int value) =>
        value < 0x80 ? [(byte)value]
        : value < 0x4000 ? [(byte)(value & 0x7f | 0x80), (byte)(value >> 7)]
        : [(byte)(value & 0x7f | 0x80), (byte)(value >> 7 & 0x7f | 0x80), (byte)(value >> 14)];
}
