using MpcSigner.Pkcs11.Interop;

namespace MpcSigner.Pkcs11.Faults;

/// <summary>A failure of a module or token. Its texts hold names and numbers only: no PIN, key or data.</summary>
public sealed class Pkcs11Exception : Exception
{
    /// <summary>A failure that no return code tells.</summary>
    /// <param name="failure">Which.</param>
    /// <param name="token">The token's label; null before one is known.</param>
    /// <param name="message">A sentence without secrets.</param>
    /// <param name="nextStep">What to do; null for the one usual with that failure.</param>
    /// <param name="inner">The cause.</param>
    internal Pkcs11Exception(Pkcs11Failure failure, string? token, string message, string? nextStep = null, Exception? inner = null)
        : base(token is null ? message : $"token '{token}': {message}", inner)
    {
        (Failure, Token, NextStep) = (failure, token, nextStep ?? Remedies.NextStep(failure));
    }

    /// <summary>A function of the module answered with a code that is not <c>CKR_OK</c>.</summary>
    internal Pkcs11Exception(Pkcs11Failure failure, string? token, string function, ulong code)
        : this(failure, token, $"{function}: {ReturnCodes.Describe(code)}")
    {
        (Function, Code) = (function, code);
    }

    /// <summary>What to branch on.</summary>
    public Pkcs11Failure Failure { get; }

    /// <summary>Who can do something about it.</summary>
    public Remedy Remedy => Remedies.Of(Failure);

    /// <summary>The token's label, as the token gives it; null before one is known.</summary>
    public string? Token { get; }

    /// <summary>The function that failed, for example <c>C_Decrypt</c>; null if none did.</summary>
    public string? Function { get; }

    /// <summary>The return code; null if no function gave one.</summary>
    public ulong? Code { get; }

    /// <summary>The code's name, for example <c>CKR_DEVICE_REMOVED</c>; a vendor's or unknown one in hexadecimal.</summary>
    public string? CodeName => Code is { } code ? ReturnCodes.NameOf(code) : null;

    /// <summary>What to do about it, in words.</summary>
    public string NextStep { get; }

    internal bool Is(CKR code) => Code == (ulong)code;

    /// <summary>The same code, seen from what was being done.</summary>
    internal Pkcs11Exception As(Pkcs11Failure failure) => Code is { } code && Function is { } function
        ? new(failure, Token, function, code)
        : throw new InvalidOperationException("only a return code can be seen otherwise", this);
}
