using MpcSigner.Core.Identities;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Dkls23.Setup;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Setup;

/// <summary>One direction's base OTs and trees, without messages around them: what both ends hold and what they said.</summary>
internal sealed class BaseOtRun : IDisposable
{
    public const int Count = 128, Point = 33, Key = 32;

    public BaseOtRun(string seed)
    {
        Seed = seed;
        Receiver = BaseOtReceiver.Choose(SetupSid, new DeterministicRandom(seed, "A"), ReceiverPoints);
    }

    public string Seed { get; }

    public static Digest32 SetupSid { get; } = new([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    public BaseOtReceiver Receiver { get; }

    /// <summary>R_{0,0}, R_{0,1}, R_{1,0}, …</summary>
    public byte[] ReceiverPoints { get; } = new byte[2 * Count * Point];

    /// <summary>B_{0,0}, B_{0,1}, B_{1,0}, …</summary>
    public byte[] SenderPoints { get; } = new byte[2 * Count * Point];

    /// <summary>K_{0,0}, K_{0,1}, K_{1,0}, …</summary>
    public byte[] SenderKeys { get; } = new byte[2 * Count * Key];

    /// <summary>K_{0,c_0}, K_{1,c_1}, …</summary>
    public byte[] ReceiverKeys { get; } = new byte[Count * Key];

    /// <summary>The receiver's choice bits, 16 bytes.</summary>
    public byte[] Choices
    {
        get
        {
            using var bits = Receiver.Choices.Borrow();
            return bits.Span.ToArray();
        }
    }

    public int ChoiceOf(int i) => Choices[i / 8] >> i % 8 & 1;

    public static string KeyOf(byte[] keys, int index) => Convert.ToHexStringLower(keys.AsSpan(index * Key, Key));

    public bool Answer() => BaseOtSender.TryAnswer(SetupSid, ReceiverPoints, new DeterministicRandom(Seed, "B"), SenderPoints, SenderKeys);

    public bool Derive() => Receiver.TryDerive(SenderPoints, ReceiverKeys);

    /// <summary>Both, as an honest pair runs them.</summary>
    public BaseOtRun Complete() => Answer() && Derive() ? this : throw new InvalidOperationException("an honest base OT failed");

    /// <summary>B's trees: the corrections, sums and digests it sends, and its leaves.</summary>
    public (byte[] Message, OtReceiverSeeds Seeds) Grow()
    {
        var message = new byte[32 * 288];
        return (message, GrownTrees.Grow(SetupSid, SenderKeys, message));
    }

    /// <summary>A's verdict on a message of B; null if it is false.</summary>
    public OtSenderSeeds? Puncture(byte[] message) => PuncturedTrees.TryPuncture(SetupSid, Choices, ReceiverKeys, message);

    public void Dispose() => Receiver.Dispose();
}
