using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Interop;
using MpcSigner.Pkcs11.Sessions;

namespace MpcSigner.Pkcs11.Modules;

/// <summary>A vendor's library, loaded and initialised once a process. Safe for use by many threads.</summary>
/// <remarks>A module that crashes takes the process with it: ask <see cref="ModuleProbe"/> first. The library is never unloaded.</remarks>
public sealed unsafe class CryptokiModule : IDisposable
{
    private static readonly Lock Registry = new();
    private static readonly HashSet<string> InUse = [];

    private readonly HashSet<(string Label, string Serial)> _open = [];
    private readonly Lock _gate = new();
    private bool _ownsInitialization;
    private bool _disposed;

    private CryptokiModule(string path, Cryptoki functions, CallThreads threads, TimeProvider clock, bool hasInterfaces)
    {
        (Path, Functions, Threads, Clock) = (path, functions, threads, clock);
        Description = new("", "", "", functions.Version.ToString(), hasInterfaces);
    }

    /// <summary>Where it was loaded from.</summary>
    public string Path { get; }

    /// <summary>What it says of itself.</summary>
    public ModuleDescription Description { get; private set; }

    /// <summary>Calls that have not returned though their limit passed.</summary>
    public int StalledCalls => Threads.Stalled;

    internal Cryptoki Functions { get; }

    internal CallThreads Threads { get; }

    internal TimeProvider Clock { get; }

    /// <summary>Checks the file, loads it and initialises it.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="clock">Measures time limits.</param>
    /// <exception cref="Pkcs11Exception"><see cref="Pkcs11Failure.ModuleUnusable"/> and what is wrong; <see cref="Pkcs11Failure.Timeout"/>; what <c>C_Initialize</c> answers.</exception>
    /// <exception cref="InvalidOperationException">The same path is loaded already: share that instance.</exception>
    public static CryptokiModule Load(string path, ModuleOptions options, TimeProvider clock)
    {
        options.Validate();
        ModuleFile.Check(path);
        lock (Registry)
        {
            if (!InUse.Add(path))
                throw new InvalidOperationException($"{path} is loaded already");
        }
        var threads = new CallThreads(options.MaxStalledCalls);
        try
        {
            CryptokiModule? module = null;
            threads.Run($"loading {path}", null, Deadline.After(options.InitializeLimit, clock), () =>
            {
                var (list, hasInterfaces) = FindFunctions(path);
                module = new(path, new(list, path), threads, clock, hasInterfaces);
                module.Initialize();
            });
            return module!;
        }
        catch
        {
            threads.Dispose();
            lock (Registry)
                InUse.Remove(path);
            throw;
        }
    }

    /// <summary>The tokens that are present.</summary>
    /// <param name="limit">Above zero.</param>
    /// <exception cref="Pkcs11Exception">The module fails or does not answer.</exception>
    public IReadOnlyList<TokenDescription> ListTokens(TimeSpan limit)
    {
        IReadOnlyList<TokenDescription> tokens = [];
        Threads.Run("listing tokens", null, Deadline.After(limit, Clock), () => tokens = SlotList.Read(Functions));
        return tokens;
    }

    /// <summary>Takes a token into use; logging in is another step.</summary>
    /// <param name="options">Which token, and how.</param>
    /// <param name="limit">Above zero.</param>
    /// <exception cref="Pkcs11Exception"><see cref="Pkcs11Failure.TokenNotFound"/>, <see cref="Pkcs11Failure.TokenAmbiguous"/>, or the module fails.</exception>
    /// <exception cref="InvalidOperationException">That token is open in this process already: a login belongs to the process, so share the instance.</exception>
    public Pkcs11Token Open(TokenOptions options, TimeSpan limit)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        options.Validate();
        var deadline = Deadline.After(limit, Clock);
        var description = Find(options.Label, options.Serial, deadline);
        lock (_gate)
        {
            if (!_open.Add((description.Label, description.Serial)))
                throw new InvalidOperationException($"token '{description.Label}' is open already");
        }
        try
        {
            return new Pkcs11Token(this, options, description, deadline);
        }
        catch
        {
            Closed(description);
            throw;
        }
    }

    /// <summary>Ends the use of the module (<c>C_Finalize</c>), unless someone else in this process had initialised it. Close its tokens first.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        try
        {
            if (_ownsInitialization && Threads.Stalled == 0)
                Threads.Run("C_Finalize", null, Deadline.After(TimeSpan.FromSeconds(5), Clock), () => Functions.C_Finalize());
        }
        catch (Pkcs11Exception)
        {
            // The process is going away from the module in any case; a late or failing end harms nobody.
            _ownsInitialization = false;
        }
        Threads.Dispose();
        lock (Registry)
            InUse.Remove(Path);
    }

    internal TokenDescription Find(string label, string? serial, Deadline deadline)
    {
        TokenDescription? found = null;
        Threads.Run("looking for the token", label, deadline, () => found = SlotList.Find(Functions, label, serial));
        return found!;
    }

    internal void Closed(TokenDescription description)
    {
        lock (_gate)
            _open.Remove((description.Label, description.Serial));
    }

    /// <summary>Once a process, and once more if someone ended it. On a thread of the module.</summary>
    internal void Initialize()
    {
        var arguments = new CK_C_INITIALIZE_ARGS { flags = CKF.OS_LOCKING_OK };
        var code = Functions.C_Initialize(&arguments);
        if (code != (ulong)CKR.CRYPTOKI_ALREADY_INITIALIZED)
        {
            Cryptoki.Check(code, "C_Initialize", null);
            _ownsInitialization = true;
        }
        CK_INFO info;
        Cryptoki.Check(Functions.C_GetInfo(&info), "C_GetInfo", null);
        Description = Description with
        {
            Manufacturer = PaddedText.Read(info.manufacturerID, 32),
            Library = PaddedText.Read(info.libraryDescription, 32),
            LibraryVersion = info.libraryVersion.ToString(),
        };
    }

    private static (nint List, bool HasInterfaces) FindFunctions(string path)
    {
        var (handle, error) = DynamicLinker.Open(path);
        if (handle == 0)
            throw new Pkcs11Exception(Pkcs11Failure.ModuleUnusable, null, $"{path} cannot be loaded: {error}", "Install what the message names; 'ldd' on the module lists what it needs.");
        var get = (delegate* unmanaged[Cdecl]<nint*, ulong>)DynamicLinker.Find(handle, "C_GetFunctionList");
        var getInterface = (delegate* unmanaged[Cdecl]<byte*, CK_VERSION*, CK_INTERFACE**, ulong, ulong>)DynamicLinker.Find(handle, "C_GetInterface");
        nint list = 0;
        if (get != null)
        {
            Cryptoki.Check(get(&list), "C_GetFunctionList", null);
        }
        else if (getInterface != null)
        {
            // 3.x: the list of its standard interface begins as 2.40's.
            CK_INTERFACE* standard = null;
            fixed (byte* name = "PKCS 11\0"u8)
                Cryptoki.Check(getInterface(name, null, &standard, 0), "C_GetInterface", null);
            list = standard == null ? 0 : standard->pFunctionList;
        }
        else
        {
            throw new Pkcs11Exception(Pkcs11Failure.ModuleUnusable, null, $"{path} is a library, but not a PKCS#11 module (it has no C_GetFunctionList).");
        }
        return list != 0
            ? (list, getInterface != null)
            : throw new Pkcs11Exception(Pkcs11Failure.BadAnswer, null, $"{path} gave no function list.");
    }
}
