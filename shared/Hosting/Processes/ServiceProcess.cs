using RideIngest.Hosting.Config;

namespace RideIngest.Hosting.Processes;

/// <summary>Runs a service process from start to exit code.</summary>
public static class ServiceProcess
{
    /// <summary>Runs the modules until SIGTERM, Ctrl-C, or a fatal failure.</summary>
    /// <param name="prepare">Runs after the configuration is validated and before any service starts. Its result is disposed last.</param>
    /// <returns>0 after a requested stop, 1 if the process could not start, failed or lost a service, 2 if the configuration is
    /// invalid.</returns>
    public static async Task<int> RunAsync(
        string name, string[] args, IReadOnlyList<IModule> modules,
        Func<RideIngestHost, CancellationToken, Task<IAsyncDisposable>>? prepare = null)
    {
        if (Usage.IsAsked(args))
        {
            await Console.Out.WriteAsync(Usage.Of(name, modules));
            return 0;
        }

        using var signals = new StopSignals();
        IAsyncDisposable? prepared = null;
        try
        {
            await using var host = RideIngestHost.Create(name, args, modules);
            if (prepare is not null)
                prepared = await prepare(host, signals.Asked);
            await host.StartAsync(signals.Asked);
            await EitherAsync(signals.Asked, host.Stopping);
            var asked = (signals.Asked.IsCancellationRequested || host.IsDone) && !host.GaveUp;
            await host.StopAsync();
            return asked ? 0 : 1;
        }
        catch (SettingsException e)
        {
            return await FailAsync(e.Message, 2);
        }
        catch (StartupException e)
        {
            return await FailAsync(e.Message, 1);
        }
        catch (OperationCanceledException) when (signals.Asked.IsCancellationRequested)
        {
            // Stopped during startup.
            return 0;
        }
        finally
        {
            if (prepared is not null)
                await prepared.DisposeAsync();
        }
    }

    private static async Task<int> FailAsync(string message, int exitCode)
    {
        await Console.Error.WriteLineAsync(message);
        return exitCode;
    }

    private static async Task EitherAsync(CancellationToken one, CancellationToken other)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(one, other);
        await Task.Delay(Timeout.Infinite, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
