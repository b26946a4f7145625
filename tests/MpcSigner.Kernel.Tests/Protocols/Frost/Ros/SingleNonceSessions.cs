using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Frost;

namespace MpcSigner.Kernel.Tests.Protocols.Frost.Ros;

/// <summary>Threshold Schnorr without binding factors: one nonce a session, R the sum of all parties' nonces, z = r + λ·x·c. What FROST would be with E left out.</summary>
internal sealed class SingleNonceSessions : IOpenSessions
{
    private readonly FrostSuite _suite;
    private readonly QuestionBy _by;
    private readonly PublicScalar _signer;
    private readonly PublicScalar[] _secrets;
    private readonly GroupPoint[] _nonces;
    private readonly GroupPoint[] _own;
    private readonly bool[] _asked;

    public SingleNonceSessions(Suite suite, QuestionBy by, int count)
    {
        (_suite, _by) = (FrostSuite.For(suite), by);
        var random = new DeterministicRandom("single nonce", $"{suite}/{by}");
        _signer = Draw(random);
        OwnPart = Draw(random);
        SignerKey = Group.MultiplyBasePublic(_signer);
        PublicKey = Group.Add(SignerKey, Group.MultiplyBasePublic(OwnPart));
        _secrets = [.. Enumerable.Range(0, count).Select(_ => Draw(random))];
        _nonces = [.. _secrets.Select(Group.MultiplyBasePublic)];
        _own = [Group.MultiplyBasePublic(Draw(random)), Group.MultiplyBasePublic(Draw(random))];
        _asked = new bool[count];
    }

    public int Count => _secrets.Length;

    public IGroup Group => _suite.Group;

    public GroupPoint PublicKey { get; }

    public GroupPoint SignerKey { get; }

    public PublicScalar OwnPart { get; }

    public (GroupPoint Nonce, PublicScalar Challenge) Preview(int session, bool question)
    {
        var own = _own[_by == QuestionBy.OwnCommitment && question ? 1 : 0];
        return (_nonces[session], Challenge(Group.Add(_nonces[session], own), QuestionsOf.Message(_by, session, question)));
    }

    public PublicScalar Ask(int session, bool question)
    {
        if (_asked[session])
            throw new InvalidOperationException("a session answers once");
        _asked[session] = true;
        return Group.AddPublic(_secrets[session], Group.MultiplyPublic(Preview(session, question).Challenge, _signer));
    }

    public PublicScalar Challenge(GroupPoint nonce, ReadOnlySpan<byte> message) => _suite.Challenge(nonce, PublicKey, message);

    public bool Verifies(ReadOnlySpan<byte> message, GroupPoint nonce, PublicScalar response) => _suite.Verify(PublicKey, message, _suite.EncodeSignature(nonce, response));

    private PublicScalar Draw(DeterministicRandom random)
    {
        var wide = new byte[IGroup.WideSize];
        random.Fill(wide);
        return Group.ReduceWideBigEndian(wide);
    }
}

/// <summary>What of a question the coordinator is free to choose.</summary>
public enum QuestionBy
{
    /// <summary>The message to be signed.</summary>
    Message = 1,

    /// <summary>What the coordinator, a signer too, commits to itself, after it has seen the others' commitments.</summary>
    OwnCommitment = 2,
}

internal static class QuestionsOf
{
    /// <summary>A session's message under one of its questions.</summary>
    public static byte[] Message(QuestionBy by, int session, bool question) =>
        System.Text.Encoding.UTF8.GetBytes($"session {session}, question {(by == QuestionBy.Message && question ? 1 : 0)}");
}
