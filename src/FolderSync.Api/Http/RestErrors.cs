using System.Diagnostics.CodeAnalysis;
using FolderSync.Configuration.Yaml;
using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Engine.Primitives;
using FolderSync.Engine.Status;
using FolderSync.Index;
using Microsoft.AspNetCore.Connections;

namespace FolderSync.Api.Http;

/// <summary>Requests that can't be carried out: a status and a sentence, never a stack.</summary>
internal static class RestErrors
{
    public static IResult Text(int status, string why) => Results.Text(why + "\n", "text/plain; charset=utf-8", statusCode: status);

    public static async Task TranslateAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
            // The generated handlers answer a value of the query that is no number with the bare status.
            if (!context.Response.HasStarted && context.Response.StatusCode == StatusCodes.Status400BadRequest)
                await Text(StatusCodes.Status400BadRequest, $"A value of the query can't be read: {context.Request.QueryString}").ExecuteAsync(context);
        }
        catch (Exception e) when (!context.Response.HasStarted && StatusOf(e) is { } status)
        {
            context.Response.Clear();
            await Text(status, e.Message).ExecuteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
        }
    }

    /// <summary>The folder that the query names; <see cref="NotFoundException"/> otherwise.</summary>
    public static FolderSnapshot Folder(ISyncEngine engine, string? id) => string.IsNullOrEmpty(id)
        ? throw new NotFoundException("Say which folder: ?folder=ID.")
        : engine.Folder(FolderIdOf(id)) ?? throw NoFolder(id);

    public static FolderId FolderIdOf(string id) => FolderIdText.TryParse(id, out var folder, out var why) ? folder : throw new BadHttpRequestException(why);

    public static NotFoundException NoFolder(string id) => new($"There is no folder with the ID '{id}'.");

    public static IFolderIndex Index(ISyncEngine engine, string? id)
    {
        var folder = Folder(engine, id);
        return engine.Index(folder.Config.Id) ?? throw new NotFoundException(
            folder.Config.Paused ? $"The folder '{id}' is paused." : $"The folder '{id}' is stopped: {folder.Error}");
    }

    public static DeviceId Device(string? text) =>
        DeviceIdText.TryParse(text ?? "", out var id, out var why) ? id : throw new BadHttpRequestException($"'{text}' is not a device ID: {why}");

    public static FileName Name(string? text) =>
        FileName.TryParse(text ?? "", out var name, out var why) ? name : throw new BadHttpRequestException(why!);

    private static int? StatusOf(Exception e) => e switch
    {
        NotFoundException => 404,
        BadHttpRequestException bad => bad.StatusCode,
        // The client closed while its body was read.
        ConnectionAbortedException or ConnectionResetException => 400,
        ConfigException => 400,
        EngineException => 500,
        ObjectDisposedException or IndexDamagedException => 503,
        // The home's disk is full or read-only; the message says which file.
        IOException or UnauthorizedAccessException => 500,
        _ => null,
    };
}

/// <summary>What the request names is not there.</summary>
[SuppressMessage("Design", "CA1032", Justification = "Made with a message only.")]
internal sealed class NotFoundException(string message) : Exception(message);
