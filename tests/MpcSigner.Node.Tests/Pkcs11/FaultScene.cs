using MpcSigner.Pkcs11.Keys;
using MpcSigner.Pkcs11.Sessions;
using Xunit;
using static MpcSigner.Node.Tests.Pkcs11.SoftToken;

namespace MpcSigner.Node.Tests.Pkcs11;

/// <summary>A token with keys, and what is done with them.</summary>
internal sealed class FaultScene
{
    private readonly SealingKey _gcm, _wrap;
    private readonly SigningKey _identity;
    private readonly byte[] _sealed, _wrapped;
    private ushort _next;

    public FaultScene(Pkcs11Token token)
    {
        Token = token;
        _gcm = SealingKey.Generate(token, Name(), Limit);
        _wrap = SealingKey.Generate(token, Name("wrap", 2), Limit, SealMethod.KeyWrapPad);
        _identity = SigningKey.Generate(token, Name("identity", 3), SigningAlgorithm.P256, Limit);
        (_sealed, _wrapped) = (_gcm.Seal([1, 2, 3], [], Limit), _wrap.Seal([1, 2, 3], [], Limit));
    }

    public Pkcs11Token Token { get; }

    /// <summary>Zeros, unless something opened and was not seen to.</summary>
    public byte[] Opened { get; } = new byte[3];

    public void Do(string what)
    {
        Opened.AsSpan().Clear();
        switch (what)
        {
            case "seal":
                _gcm.Seal([1], [], Limit);
                break;
            case "open":
                Open(_gcm, _sealed);
                break;
            case "sign":
                _identity.Sign(new byte[32], Limit);
                break;
            case "random":
                Token.FillRandom(new byte[32], Limit);
                break;
            case "list":
                Token.ListKeys(Limit);
                break;
            case "wrap":
                _wrap.Seal([1], [], Limit);
                break;
            case "unwrap":
                Open(_wrap, _wrapped);
                break;
            case "generate":
                SealingKey.Generate(Token, Next(), Limit).Destroy(Limit);
                break;
            case "pair":
                SigningKey.Generate(Token, Next(), SigningAlgorithm.P256, Limit).Destroy(Limit);
                break;
            default:
                throw new ArgumentException(what, nameof(what));
        }
    }

    private KeyName Next() => new("more", BitConverter.GetBytes(_next++));

    private void Open(SealingKey key, byte[] sealedBytes)
    {
        key.Open(sealedBytes, [], Opened, Limit);
        Assert.Equal([1, 2, 3], Opened);
        Opened.AsSpan().Clear();
    }
}
