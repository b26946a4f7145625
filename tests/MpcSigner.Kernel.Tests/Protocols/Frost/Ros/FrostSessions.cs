using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Frost;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Frost.Ros;

/// <summary>A signer of ours with many nonces held for one coordinator, which holds the other share of a key of two.</summary>
internal sealed class FrostSessions : IOpenSessions, IDisposable
{
    private readonly SigningKey _key;
    private readonly FrostSuite _suite;
    private readonly QuestionBy _by;
    private readonly FrostNonces[] _nonces;
    private readonly FrostCommitment[] _own;
    private readonly Dictionary<(int, bool), (FrostRequest Request, FrostEquation Equation)> _questions = [];

    public FrostSessions(Suite suite, QuestionBy by, int count)
    {
        (_key, _suite, _by) = (new(2, 2, $"ros {suite} {by}", suite), FrostSuite.For(suite), by);
        _nonces = [.. Enumerable.Range(0, count).Select(i => Nonces(Signer, $"signer/{i}"))];
        using FrostNonces one = Nonces(Coordinator, "own/0"), other = Nonces(Coordinator, "own/1");
        _own = [one.Commitment, other.Commitment];
        var lagrange = PublicSharing.LagrangeCoefficients(Group, [Signer, Coordinator]);
        SignerKey = Group.MultiplyPublic(lagrange[0], PointOf(_key.Record.Find(Signer)!.PublicShare.Span));
        PublicKey = PointOf(_key.Record.PublicKey.Span);
        OwnPart = Group.MultiplyPublic(lagrange[1], _key.Shares[Coordinator].ToPublic());
        Assert.Equal(PublicKey, Group.Add(SignerKey, Group.MultiplyBasePublic(OwnPart)));
    }

    public int Count => _nonces.Length;

    public IGroup Group => _suite.Group;

    public GroupPoint PublicKey { get; }

    public GroupPoint SignerKey { get; }

    public PublicScalar OwnPart { get; }

    /// <summary>Answers that satisfy their own share equation.</summary>
    public int Valid { get; private set; }

    private PartyId Signer => _key.Committee.Pids[0];

    private PartyId Coordinator => _key.Committee.Pids[1];

    public (GroupPoint Nonce, PublicScalar Challenge) Preview(int session, bool question)
    {
        var (_, equation) = Question(session, question);
        var commitment = _nonces[session].Commitment;
        return (Group.Add(commitment.Hiding, Group.MultiplyPublic(equation.BindingFactorOf(Signer), commitment.Binding)), equation.Challenge);
    }

    public PublicScalar Ask(int session, bool question)
    {
        var (request, equation) = Question(session, question);
        var answer = FrostSigner.Sign(_key.Record, request, Signer, _key.Shares[Signer], _nonces[session], _key.Committee.Nid(Coordinator), _key.Committee.Identity(Signer));
        Assert.True(Group.TryDecodeScalar(Assert.IsType<FrostAnswer.Signed>(answer).Share.Share.Span, out var share));
        Valid += equation.Holds(Signer, share) ? 1 : 0;
        // Neither the other question nor the same one again.
        var second = FrostSigner.Sign(_key.Record, Question(session, !question).Request, Signer, _key.Shares[Signer], _nonces[session], _key.Committee.Nid(Coordinator), _key.Committee.Identity(Signer));
        Assert.Equal(FrostRefusal.NoncesSpent, Assert.IsType<FrostAnswer.Refused>(second).Reason);
        return share;
    }

    public PublicScalar Challenge(GroupPoint nonce, ReadOnlySpan<byte> message) => _suite.Challenge(nonce, PublicKey, message);

    public bool Verifies(ReadOnlySpan<byte> message, GroupPoint nonce, PublicScalar response) => _suite.Verify(PublicKey, message, _suite.EncodeSignature(nonce, response));

    private (FrostRequest Request, FrostEquation Equation) Question(int session, bool question)
    {
        if (_questions.TryGetValue((session, question), out var known))
            return known;
        var own = _own[_by == QuestionBy.OwnCommitment && question ? 1 : 0];
        var request = new FrostRequest(new(new byte[32]), _key.Hash, QuestionsOf.Message(_by, session, question), [], FrostMode.None, default, [_nonces[session].Commitment, own]);
        Assert.True(FrostEquation.TryCreate(_key.Record, request, out var equation, out _));
        return _questions[(session, question)] = (request, equation);
    }

    private FrostNonces Nonces(PartyId party, string label) =>
        FrostNonces.Generate(_key.Record, party, _key.Shares[party], _key.Committee.Nid(Coordinator), new DeterministicRandom("ros", label));

    private GroupPoint PointOf(ReadOnlySpan<byte> encoded)
    {
        Assert.True(Group.TryDecodePoint(encoded, out var point));
        return point;
    }

    public void Dispose()
    {
        foreach (var nonces in _nonces)
            nonces.Dispose();
        _key.Dispose();
    }
}
