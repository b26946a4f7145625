using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Interop;

namespace MpcSigner.Pkcs11.Sessions;

/// <summary>What a call to the token works with: functions, session, memory. On a thread of the module.</summary>
internal sealed class SessionCall(TokenConnection connection, PooledSession session, CallMemory memory)
{
    internal Cryptoki Functions => connection.Functions;

    internal TokenConnection Connection => connection;

    internal ulong Session => session.Handle;

    internal CallMemory Memory => memory;

    internal string Token => connection.Description.Label;

    internal void Check(ulong code, string function) => Cryptoki.Check(code, function, Token);

    /// <summary>An answer that the standard forbids.</summary>
    internal Pkcs11Exception BadAnswer(string what) => new(Pkcs11Failure.BadAnswer, Token, what);

    /// <summary>The number of bytes that a function says it wrote, if it can have written them.</summary>
    internal int Length(ulong said, int room, string function) => said <= (ulong)room
        ? (int)said
        : throw BadAnswer($"{function} says that it wrote {said} bytes where there is room for {room}.");
}
