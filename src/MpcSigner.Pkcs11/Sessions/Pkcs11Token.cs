using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Interop;
using MpcSigner.Pkcs11.Keys;
using MpcSigner.Pkcs11.Modules;

namespace MpcSigner.Pkcs11.Sessions;

/// <summary>One token in use. Safe for use by many threads; each call takes a session of its own.</summary>
public sealed class Pkcs11Token : IDisposable
{
    /// <summary>Random bytes of one call.</summary>
    public const int MaxRandomBytes = 4_096;

    /// <summary>The first try, and one more after what stood in its way was put right.</summary>
    private const int Attempts = 2;

    private readonly CryptokiModule _module;
    private readonly TokenKeeper _keeper;
    private readonly TokenDescription _first;
    private int _closed;

    internal Pkcs11Token(CryptokiModule module, TokenOptions options, TokenDescription description, Deadline deadline)
    {
        (_module, _first, _keeper) = (module, description, new(module, options, description));
        _keeper.Heal(deadline, atOnce: true);
    }

    /// <summary>Raised after each change, on the thread that caused it: return soon, and call nothing here.</summary>
    public event Action<TokenState>? StateChanged
    {
        add => _keeper.StateChanged += value;
        remove => _keeper.StateChanged -= value;
    }

    /// <summary>What can be done now.</summary>
    public TokenState State => _keeper.State;

    /// <summary>Why the state is what it is; null when it is Ready.</summary>
    public Pkcs11Exception? LastFailure => _keeper.LastFailure;

    /// <summary>How the token described itself when it was last found.</summary>
    public TokenDescription Description => _keeper.Description;

    /// <summary>Calls that may be in the token at once at present: its bound and ours, less what it had not to give.</summary>
    public int SessionBound => _keeper.Connection?.SessionBound ?? 0;

    /// <summary>What was found out about GCM; once for a token, whichever key asked first.</summary>
    internal GcmProfile? Gcm { get; set; }

    /// <summary>Logs in for the whole process. Does nothing if the token is Ready; the PIN is then not looked at.</summary>
    /// <param name="pin">The user's PIN, for this call only. Empty for a token with its own PIN pad.</param>
    /// <param name="limit">Above zero.</param>
    /// <exception cref="Pkcs11Exception">
    /// <see cref="Pkcs11Failure.PinWrong"/>, <see cref="Pkcs11Failure.PinLocked"/>, <see cref="Pkcs11Failure.PinFinalTry"/>, <see cref="Pkcs11Failure.PinInvalid"/>,
    /// <see cref="Pkcs11Failure.PinNotUsable"/>, or the token fails. The PIN is not tried again by anyone but the next caller.
    /// </exception>
    public void Login(ReadOnlySpan<byte> pin, TimeSpan limit) => _keeper.LogIn(pin, After(limit));

    /// <summary>For who gives a PIN without anybody's doing, as from a file: throws if that one could be given to the token a second time, which may count it as another wrong one.</summary>
    /// <exception cref="Pkcs11Exception">
    /// The last PIN was refused; <see cref="Pkcs11Failure.PinUnanswered"/>: the token did not say whether it is right; <see cref="Pkcs11Failure.TokenLost"/>: it may still say so.
    /// </exception>
    public void RequirePinRepeatable() => _keeper.RequireRepeatable();

    /// <summary>Looks how the token is, and for it if it is away. Does not throw for the token's failures: see <see cref="LastFailure"/>.</summary>
    /// <param name="limit">Above zero.</param>
    public TokenState Poll(TimeSpan limit)
    {
        var deadline = After(limit);
        try
        {
            if (State is TokenState.Lost)
                _keeper.Heal(deadline, atOnce: true);
            else if (State is not TokenState.Closed && _keeper.Connection is { } connection)
                _keeper.AskToken(connection, deadline);
        }
        catch (Pkcs11Exception)
        {
            return State;
        }
        return State;
    }

    /// <summary>Does the token list a mechanism, and let it be used as it must be here? False while it was never found.</summary>
    /// <param name="mechanism">A <c>CKM_*</c> number.</param>
    public bool Supports(ulong mechanism) => _keeper.Connection?.Mechanisms.Contains(mechanism) ?? false;

    /// <summary>The keys that this login can see: secret, private and public ones.</summary>
    /// <param name="limit">Above zero.</param>
    /// <exception cref="Pkcs11Exception">The token fails.</exception>
    public IReadOnlyList<KeyDescription> ListKeys(TimeSpan limit)
    {
        IReadOnlyList<KeyDescription> keys = [];
        using var memory = CallMemory.Rent();
        Use("listing keys", After(limit), memory, call => keys = KeyList.Read(call));
        return keys;
    }

    /// <summary>Fills with the token's random bytes (<c>C_GenerateRandom</c>). To be mixed with the host's, never used alone.</summary>
    /// <param name="destination">1..4,096 bytes.</param>
    /// <param name="limit">Above zero.</param>
    /// <exception cref="Pkcs11Exception"><see cref="Pkcs11Failure.MechanismMissing"/>: it has none; or the token fails.</exception>
    public unsafe void FillRandom(Span<byte> destination, TimeSpan limit)
    {
        ArgumentOutOfRangeException.ThrowIfZero(destination.Length, nameof(destination));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, MaxRandomBytes, nameof(destination));
        using var memory = CallMemory.Rent(MaxRandomBytes);
        var bytes = memory.Allocate(destination.Length);
        Use("random bytes", After(limit), memory, call =>
            call.Check(call.Functions.C_GenerateRandom(call.Session, (byte*)bytes.Address, (ulong)bytes.Length), "C_GenerateRandom"));
        if (bytes.Length >= sizeof(ulong) && !bytes.Span.ContainsAnyExcept((byte)0))
            throw new Pkcs11Exception(Pkcs11Failure.BadAnswer, Description.Label, "C_GenerateRandom wrote nothing but zeros.");
        bytes.Span.CopyTo(destination);
    }

    /// <summary>Stirs bytes into the token's generator; false if it takes none.</summary>
    /// <param name="seed">1..4,096 bytes.</param>
    /// <param name="limit">Above zero.</param>
    /// <exception cref="Pkcs11Exception">The token fails.</exception>
    public unsafe bool TrySeedRandom(ReadOnlySpan<byte> seed, TimeSpan limit)
    {
        ArgumentOutOfRangeException.ThrowIfZero(seed.Length, nameof(seed));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seed.Length, MaxRandomBytes, nameof(seed));
        using var memory = CallMemory.Rent(MaxRandomBytes);
        var bytes = memory.Copy(seed);
        try
        {
            Use("seeding", After(limit), memory, call => call.Check(call.Functions.C_SeedRandom(call.Session, (byte*)bytes.Address, (ulong)bytes.Length), "C_SeedRandom"));
            return true;
        }
        catch (Pkcs11Exception e) when (e.Is(CKR.RANDOM_SEED_NOT_SUPPORTED) || e.Is(CKR.RANDOM_NO_RNG) || e.Is(CKR.FUNCTION_NOT_SUPPORTED))
        {
            return false;
        }
    }

    /// <summary>Closes its sessions, and with the last of them the login; wipes the PIN. Keys that were found by it no longer work.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        _keeper.Dispose();
        _module.Closed(_first);
    }

    /// <summary>Name and state; nothing secret.</summary>
    public override string ToString() => $"token '{_first.Label}' ({State})";

    /// <summary>Throws why the token cannot be used, so that it is not mistaken for one that lacks something.</summary>
    internal void RequireReady(Deadline deadline) => _ = _keeper.Ready(deadline);

    internal Deadline After(TimeSpan limit) => Deadline.After(limit, _module.Clock);

    /// <summary>Runs a body in a session, once more if what stood in its way could be put right.</summary>
    internal void Use(
        string what, Deadline deadline, CallMemory memory, Action<SessionCall> body, bool writes = false, Action<SessionCall>? tidyLate = null)
    {
        var mark = memory.Mark;
        for (var attempt = 1; ; attempt++)
        {
            var connection = _keeper.Ready(deadline);
            try
            {
                connection.Run(what, deadline, memory, writes, body, tidyLate);
                return;
            }
            catch (Pkcs11Exception e)
            {
                // What was put right serves the next call even if this one has had its tries.
                var mended = _keeper.Recover(connection, e, deadline);
                if (mended && attempt < Attempts)
                {
                    memory.ReturnTo(mark);
                    continue;
                }
                // The login is back: that it was gone is a token that came and went, and no operator is needed.
                if (mended && e.Failure is Pkcs11Failure.LoginRequired)
                    throw e.As(Pkcs11Failure.TokenLost);
                throw;
            }
        }
    }
}
