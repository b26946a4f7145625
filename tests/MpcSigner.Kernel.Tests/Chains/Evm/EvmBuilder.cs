using System.Numerics;
using MpcSigner.Chains.Encoding;

namespace MpcSigner.Kernel.Tests.Chains.Evm;

/// <summary>Writes transactions item by item, also such as no library would make. Each starts as a plain payment of 7 with nonce 5 on chain 1.</summary>
internal sealed class EvmBuilder
{
    private readonly byte[] _type;
    private readonly Dictionary<string, int> _places;

    private EvmBuilder(byte[] type, params (string Name, byte[] Item)[] items)
    {
        _type = type;
        Items = [.. items.Select(i => i.Item)];
        _places = items.Select((item, index) => (item.Name, index)).ToDictionary(i => i.Name, i => i.index);
    }

    /// <summary>Encoded items of the outer list.</summary>
    public List<byte[]> Items { get; }

    public IEnumerable<string> Names => _places.Keys;

    public static byte[] To { get; } = [.. Enumerable.Repeat((byte)0x22, 20)];

    public static EvmBuilder Old => new([], ("nonce", Number(5)), ("gasPrice", Number(10)), ("gasLimit", Number(21_000)), ("to", Text(To)), ("value", Number(7)), ("data", Text([])));

    public static EvmBuilder ReplayProtected => new([], [.. Named(Old), ("chainId", Number(1)), ("zero1", Number(0)), ("zero2", Number(0))]);

    public static EvmBuilder Type1 => new([1], [("chainId", Number(1)), .. Named(Old), ("accessList", List())]);

    public static EvmBuilder Type2 => new([2], ("chainId", Number(1)), ("nonce", Number(5)), ("maxPriorityFee", Number(2)), ("maxFee", Number(10)), ("gasLimit", Number(21_000)),
        ("to", Text(To)), ("value", Number(7)), ("data", Text([])), ("accessList", List()));

    public static IEnumerable<EvmBuilder> Each => [Old, ReplayProtected, Type1, Type2];

    public bool Has(string name) => _places.ContainsKey(name);

    public EvmBuilder With(string name, byte[] item)
    {
        Items[_places[name]] = item;
        return this;
    }

    public byte[] Build() => [.. _type, .. RlpWriter.List([.. Items.SelectMany(i => i)])];

    public static byte[] Number(BigInteger value) => RlpWriter.Integer(value);

    public static byte[] Text(byte[] value) => RlpWriter.String(value);

    public static byte[] List(params byte[][] items) => RlpWriter.List([.. items.SelectMany(i => i)]);

    public static byte[] Access(byte[] address, params byte[][] keys) => List(Text(address), List([.. keys.Select(Text)]));

    private static IEnumerable<(string, byte[])> Named(EvmBuilder builder) => builder._places.Select(p => (p.Key, builder.Items[p.Value]));
}
