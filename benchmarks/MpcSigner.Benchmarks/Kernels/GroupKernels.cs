using BenchmarkDotNet.Attributes;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Benchmarks.Kernels;

/// <summary>What protocols are made of, for each group.</summary>
[MemoryDiagnoser]
public class GroupKernels
{
    private const int BatchSize = 256;

    private IGroup _group = null!;
    private SecretScalar _secret = null!, _other = null!;
    private PublicScalar _scalar;
    private GroupPoint _point = null!;
    private byte[] _encoded = [], _encodedFour = [];
    private PublicScalar[] _scalars = [];
    private GroupPoint[] _points = [];
    private readonly GroupPoint?[] _decoded = new GroupPoint?[4];

    [Params(Curve.Secp256k1, Curve.P256, Curve.Edwards25519)]
    public Curve Curve { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _group = Groups.For(Curve);
        _secret = SecretScalar.Random(_group, SystemRandomSource.Instance);
        _other = SecretScalar.Random(_group, SystemRandomSource.Instance);
        _scalar = _secret.ToPublic();
        _scalars = [.. Enumerable.Range(0, BatchSize).Select(_ => RandomPublic())];
        _points = [.. _scalars.Select(_group.MultiplyBasePublic)];
        _point = _points[0];
        _encoded = _point.Encode();
        _encodedFour = [.. _points.Take(_decoded.Length).SelectMany(point => point.Encode())];
        // Coordinates are made from bytes when first asked for.
        _group.Sum(_points);
    }

    private PublicScalar RandomPublic()
    {
        using var scalar = SecretScalar.Random(_group, SystemRandomSource.Instance);
        return scalar.ToPublic();
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _secret.Dispose();
        _other.Dispose();
    }

    [Benchmark]
    public GroupPoint SecretBase() => _secret.MultiplyBase();

    [Benchmark]
    public GroupPoint PublicMultiple() => _group.MultiplyPublic(_scalar, _point);

    [Benchmark]
    public GroupPoint TwoTerms() => _group.LinearCombinationPublic(_scalars.AsSpan(0, 2), _points.AsSpan(0, 2));

    [Benchmark]
    public GroupPoint ManyTerms() => _group.LinearCombinationPublic(_scalars, _points);

    [Benchmark]
    public bool Decode() => _group.TryDecodePoint(_encoded, out _);

    [Benchmark]
    public bool DecodeFour() => _group.DecodePoints(_encodedFour, _decoded);

    [Benchmark]
    public GroupPoint Evaluate() => _group.EvaluatePublic(_points.AsSpan(0, 2), 3);

    [Benchmark]
    public PublicScalar PublicProduct() => _group.MultiplyPublic(_scalars[0], _scalars[1]);

    [Benchmark]
    public PublicScalar PublicInverse() => _group.InvertPublic(_scalar);

    [Benchmark]
    public PublicScalar ShortInverse() => _group.InvertSmallPublic(12_345);

    [Benchmark]
    public void SecretProduct() => _secret.Multiply(_other).Dispose();
}
