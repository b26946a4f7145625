using MpcSigner.Cryptography.Groups;

namespace MpcSigner.Kernel.Tests.Protocols.Frost.Ros;

/// <summary>
/// The polynomial-time attack on concurrent Schnorr signing of Benhamouda, Lepoint, Loss, Orrù and Raykova (EUROCRYPT 2021, §3): with as many open sessions as q has bits,
/// the answers to chosen questions add up to a signature that nobody was asked for.
/// </summary>
/// <remarks>
/// With two questions a session, of challenges c_i0 and c_i1, put a_i = 2^i/(c_i1 − c_i0). For R* = Σ a_i·N_i and any choice of questions b, Σ a_i·c_ib = Σ 2^i·c_i0/(c_i1 − c_i0) + Σ 2^i·b_i:
/// the b that makes this c* = H(R*, P, m*) are the bits of a number. Then z* = Σ a_i·z_i + c*·k. It needs R* before b: an N_i that depends on the question leaves R* open until b is chosen.
/// </remarks>
internal sealed class RosAttack
{
    /// <summary>Times that R* is computed anew from the questions it led to, in the hope that they lead to it again.</summary>
    private const int Rounds = 16;

    private readonly IOpenSessions _sessions;
    private readonly PublicScalar[] _weights;
    private readonly PublicScalar _offset;

    public RosAttack(IOpenSessions sessions)
    {
        _sessions = sessions;
        var group = sessions.Group;
        _weights = new PublicScalar[sessions.Count];
        _offset = group.Zero;
        var power = group.One;
        for (var i = 0; i < _weights.Length; i++)
        {
            var (first, second) = (sessions.Preview(i, false).Challenge, sessions.Preview(i, true).Challenge);
            _weights[i] = group.MultiplyPublic(power, group.InvertPublic(group.SubtractPublic(second, first)));
            _offset = group.AddPublic(_offset, group.MultiplyPublic(_weights[i], first));
            power = group.AddPublic(power, power);
        }
    }

    /// <summary>R* of the forgery.</summary>
    public GroupPoint Nonce { get; private set; } = null!;

    /// <summary>z*.</summary>
    public PublicScalar Response { get; private set; }

    /// <summary>c*.</summary>
    public PublicScalar Challenge { get; private set; }

    /// <summary>Whether R* and the questions agreed before anything was asked.</summary>
    public bool IsSettled { get; private set; }

    /// <summary>Σ a_i·c_i of the questions that were asked: c*, whatever R* is worth.</summary>
    public PublicScalar SumOfChallenges { get; private set; }

    /// <summary>Σ a_i·N_i of the questions that were asked.</summary>
    public GroupPoint SumOfNonces { get; private set; } = null!;

    /// <summary>Asks every session one question and puts the answers together.</summary>
    /// <returns>Whether it is a signature on the message.</returns>
    public bool Forge(ReadOnlySpan<byte> message)
    {
        var group = _sessions.Group;
        var questions = new bool[_weights.Length];
        for (var round = 0; round < Rounds && !IsSettled; round++)
        {
            Nonce = NoncesOf(questions);
            Challenge = _sessions.Challenge(Nonce, message);
            var next = BitsOf(group.SubtractPublic(Challenge, _offset));
            IsSettled = next.AsSpan().SequenceEqual(questions);
            questions = next;
        }
        SumOfNonces = NoncesOf(questions);
        (SumOfChallenges, Response) = (group.Zero, group.MultiplyPublic(Challenge, _sessions.OwnPart));
        for (var i = 0; i < _weights.Length; i++)
        {
            SumOfChallenges = group.AddPublic(SumOfChallenges, group.MultiplyPublic(_weights[i], _sessions.Preview(i, questions[i]).Challenge));
            Response = group.AddPublic(Response, group.MultiplyPublic(_weights[i], _sessions.Ask(i, questions[i])));
        }
        return _sessions.Verifies(message, Nonce, Response);
    }

    private GroupPoint NoncesOf(bool[] questions) =>
        _sessions.Group.LinearCombinationPublic(_weights, [.. questions.Select((question, i) => _sessions.Preview(i, question).Nonce)]);

    /// <summary>Bit i has weight 2^i.</summary>
    private bool[] BitsOf(PublicScalar scalar)
    {
        var bytes = scalar.Encode();
        if (_sessions.Group.One.Encode()[0] == 0)
            Array.Reverse(bytes); // big-endian
        return [.. Enumerable.Range(0, _weights.Length).Select(i => (bytes[i / 8] >> i % 8 & 1) != 0)];
    }
}
